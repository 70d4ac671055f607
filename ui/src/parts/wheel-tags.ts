/** What a file is for, in words. */
export interface FileWords {
  /** `Wheel`, `Source`, … */
  readonly kind: string;
  /** Which Pythons. */
  readonly python: string;
  /** Which systems. */
  readonly system: string;
}

const ANY_PYTHON = "any Python that it supports";

/** Explains a file by its name: `py3-none-any` is any Python 3 on any system. */
export function explainFile(filename: string): FileWords {
  const lower = filename.toLowerCase();
  if (lower.endsWith(".whl")) return explainWheel(filename);
  if (/\.(?:tar\.gz|tgz|tar\.bz2|tar\.xz|zip)$/.test(lower)) {
    return { kind: "Source", python: ANY_PYTHON, system: "any system, built there" };
  }
  if (lower.endsWith(".egg")) {
    const version = /-py(\d+(?:\.\d+)?)/.exec(lower)?.[1];
    return { kind: "Egg (old)", python: version === undefined ? ANY_PYTHON : `Python ${version}`, system: "not said" };
  }
  if (/\.(?:exe|msi)$/.test(lower)) return { kind: "Windows installer (old)", python: ANY_PYTHON, system: "Windows" };
  return { kind: "File", python: "not said", system: "not said" };
}

function explainWheel(filename: string): FileWords {
  // name-version(-build)?-python-abi-platform.whl
  const [python = "", abi = "", platform = ""] = filename.slice(0, -4).split("-").slice(-3);
  return { kind: "Wheel", python: pythonWords(python, abi), system: systemWords(platform) };
}

const IMPLEMENTATIONS: Readonly<Record<string, string>> = {
  py: "Python",
  cp: "CPython",
  pp: "PyPy",
  ip: "IronPython",
  jy: "Jython",
  graalpy: "GraalPy",
};

function pythonWords(python: string, abi: string): string {
  const abis = abi.split(".");
  // The stable interface: what was built for 3.8 runs on all later ones.
  const isStable = abis.includes("abi3");
  const words = python.split(".").map((tag) => pythonTag(tag, isStable));
  const isFree = abis.some((one) => /^cp3\d+t$/.test(one));
  return `${unique(words).join(" or ")}${isFree ? ", free-threaded" : ""}`;
}

function pythonTag(tag: string, isStable: boolean): string {
  const [, name = "", digits = ""] = /^([a-z]+)(\d*)/.exec(tag) ?? [];
  const implementation = IMPLEMENTATIONS[name];
  if (implementation === undefined) return tag;
  if (digits === "") return `any ${implementation}`;
  const version = digits.length === 1 ? digits : `${digits[0]}.${digits.slice(1)}`;
  if (isStable) return `${implementation} ${version} and later`;
  return name === "py" && digits.length === 1 ? `any Python ${version}` : `${implementation} ${version}`;
}

const MACHINES: Readonly<Record<string, string>> = {
  x86_64: "64-bit x86",
  amd64: "64-bit x86",
  i686: "32-bit x86",
  i386: "32-bit x86",
  win32: "32-bit x86",
  aarch64: "64-bit ARM",
  arm64: "64-bit ARM",
  armv7l: "32-bit ARM",
  ppc64le: "POWER",
  s390x: "IBM Z",
  riscv64: "64-bit RISC-V",
  universal2: "Intel and Apple silicon",
  intel: "Intel",
};

function systemWords(platform: string): string {
  return unique(platform.split(".").map(systemTag)).join(" or ");
}

function systemTag(tag: string): string {
  if (tag === "any") return "any system";
  if (tag === "win32") return "Windows, 32-bit x86";
  const windows = /^win_(.+)$/.exec(tag);
  if (windows !== null) return `Windows, ${machine(windows[1])}`;
  const mac = /^macosx_(\d+)_(\d+)_(.+)$/.exec(tag);
  if (mac !== null) return `macOS ${mac[1]}.${mac[2]} and later, ${machine(mac[3])}`;
  const modern = /^manylinux_(\d+)_(\d+)_(.+)$/.exec(tag);
  if (modern !== null) return `Linux with glibc ${modern[1]}.${modern[2]} or later, ${machine(modern[3])}`;
  const old = /^manylinux(1|2010|2014)_(.+)$/.exec(tag);
  if (old !== null) return `Linux with glibc ${OLD_GLIBC[old[1] ?? ""]} or later, ${machine(old[2])}`;
  const musl = /^musllinux_(\d+)_(\d+)_(.+)$/.exec(tag);
  if (musl !== null) return `Linux with musl ${musl[1]}.${musl[2]} or later (Alpine), ${machine(musl[3])}`;
  const linux = /^linux_(.+)$/.exec(tag);
  return linux === null ? tag : `Linux like the one it was built on, ${machine(linux[1])}`;
}

const OLD_GLIBC: Readonly<Record<string, string>> = { "1": "2.5", "2010": "2.12", "2014": "2.17" };

function machine(text = ""): string {
  return MACHINES[text] ?? text;
}

function unique(words: readonly string[]): readonly string[] {
  return [...new Set(words)];
}
