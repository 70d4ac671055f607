import { headOf, type Setup } from "./setup.ts";

/** A unit for systemd. The server needs nothing of the machine but its data folder and the network. */
export function systemdUnit(setup: Setup): string {
  const { command, user, workingFolder, dataFolder, unixSocket, graceSeconds } = setup;
  const writable = [dataFolder, ...(unixSocket === null ? [] : [folderOf(unixSocket)])];
  return lines(
    ...headOf(
      setup,
      "Install it: put it into /etc/systemd/system/vivarium.service, then",
      "systemctl daemon-reload && systemctl enable --now vivarium",
    ).map((line) => `# ${line}`),
    "[Unit]",
    "Description=Vivarium, a repository for Python packages",
    "Wants=network-online.target",
    "After=network-online.target",
    "",
    "[Service]",
    "Type=exec",
    `ExecStart=${command.map(systemdWord).join(" ")}`,
    `User=${user}`,
    `WorkingDirectory=${systemdPath(workingFolder)}`,
    "Restart=on-failure",
    "RestartSec=2",
    `TimeoutStopSec=${Math.ceil(graceSeconds) + 10}`,
    "LimitNOFILE=65536",
    "UMask=0077",
    "NoNewPrivileges=yes",
    "PrivateTmp=yes",
    "ProtectSystem=strict",
    `ReadWritePaths=${writable.map(systemdWord).join(" ")}`,
    "",
    "[Install]",
    "WantedBy=multi-user.target",
  );
}

/** A program for supervisord. */
export function supervisorProgram(setup: Setup): string {
  const { command, user, workingFolder, graceSeconds } = setup;
  return lines(
    ...headOf(setup, "Install it: put it into supervisor's conf.d, then 'supervisorctl update'.").map(
      (line) => `; ${line}`,
    ),
    "[program:vivarium]",
    `command=${percents(command.map(shellWord).join(" "))}`,
    `user=${user}`,
    `directory=${percents(workingFolder)}`,
    "autostart=true",
    "autorestart=unexpected",
    "startsecs=3",
    "stopsignal=TERM",
    `stopwaitsecs=${Math.ceil(graceSeconds) + 10}`,
    "redirect_stderr=true",
  );
}

/** A job for macOS' launchd. */
export function launchdJob(setup: Setup): string {
  const { command, workingFolder, graceSeconds } = setup;
  return lines(
    '<?xml version="1.0" encoding="UTF-8"?>',
    '<!DOCTYPE plist PUBLIC "-//Apple//DTD PLIST 1.0//EN" "http://www.apple.com/DTDs/PropertyList-1.0.dtd">',
    "<!--",
    ...headOf(
      setup,
      "Install it: put it into ~/Library/LaunchAgents/vivarium.plist, then",
      "launchctl load ~/Library/LaunchAgents/vivarium.plist",
    ).map((line) => `  ${line.replaceAll("--", "- -")}`),
    "-->",
    '<plist version="1.0">',
    "<dict>",
    "  <key>Label</key><string>vivarium</string>",
    "  <key>ProgramArguments</key>",
    "  <array>",
    ...command.map((word) => `    <string>${xmlText(word)}</string>`),
    "  </array>",
    `  <key>WorkingDirectory</key><string>${xmlText(workingFolder)}</string>`,
    "  <key>RunAtLoad</key><true/>",
    "  <key>KeepAlive</key><dict><key>SuccessfulExit</key><false/></dict>",
    `  <key>ExitTimeOut</key><integer>${Math.ceil(graceSeconds) + 10}</integer>`,
    "</dict>",
    "</plist>",
  );
}

/** A line for cron, where nothing better starts services. */
export function cronLine(setup: Setup): string {
  const { command, workingFolder } = setup;
  const words = command.map(shellWord).join(" ");
  return lines(
    ...headOf(setup, "Install it: add the line to the table that 'crontab -e' opens.").map((line) => `# ${line}`),
    // In a crontab an unescaped % ends the command.
    `@reboot cd ${shellWord(workingFolder)} && ${words}`.replaceAll("%", "\\%"),
  );
}

function lines(...all: readonly string[]): string {
  return `${all.join("\n")}\n`;
}

function folderOf(path: string): string {
  return path.slice(0, Math.max(1, path.lastIndexOf("/")));
}

/** systemd takes `%` for its specifiers and `$` for variables; quoted, so that blanks hold. */
function systemdWord(word: string): string {
  const text = word.replaceAll("%", "%%").replaceAll("$", "$$$$");
  if (/^[A-Za-z0-9_@%+=:,./$-]+$/.test(text)) return text;
  return `"${text.replaceAll("\\", "\\\\").replaceAll('"', '\\"')}"`;
}

/** A path that takes the rest of its line. */
function systemdPath(path: string): string {
  return path.replaceAll("%", "%%");
}

function shellWord(word: string): string {
  return /^[A-Za-z0-9_@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}

/** supervisor takes `%` for its expansions. */
function percents(text: string): string {
  return text.replaceAll("%", "%%");
}

function xmlText(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}
