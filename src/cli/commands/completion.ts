import type { CommandRow } from "../command.ts";
import { bashCompletion } from "../completion/bash.ts";
import { fishCompletion } from "../completion/fish.ts";
import { placesOf } from "../completion/places.ts";
import { zshCompletion } from "../completion/zsh.ts";
import { positional } from "../typed.ts";

const SHELLS = ["bash", "zsh", "fish"] as const;

/** `rows`: all commands, this one among them; asked for only when a script is printed. */
export function completion(rows: () => readonly CommandRow[]): CommandRow {
  return {
    path: ["completion"],
    summary: "Print a script that completes vivarium's command line in your shell",
    positionals: [{ name: "shell", description: "Your shell", choices: SHELLS }],
    options: [],
    examples: [
      { line: "source <(vivarium completion bash)", does: "in ~/.bashrc" },
      { line: "vivarium completion zsh > ~/.zfunc/_vivarium", does: "in a folder of zsh's $fpath" },
      { line: "vivarium completion fish > ~/.config/fish/completions/vivarium.fish", does: "where fish looks" },
    ],
    talksTo: "nobody",
    hasJson: false,
    async run(typed) {
      const places = placesOf(rows());
      switch (positional(typed, 0)) {
        case "zsh":
          return { json: null, text: zshCompletion(places) };
        case "fish":
          return { json: null, text: fishCompletion(places) };
        default:
          return { json: null, text: bashCompletion(places) };
      }
    },
  };
}
