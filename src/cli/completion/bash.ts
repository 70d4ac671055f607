import { keyOf, namesOf, type Place, quoted, waysTo } from "./places.ts";

/** For bash 3.2 and newer: macOS still has that. */
export function bashCompletion(places: readonly Place[]): string {
  return `# bash completion for vivarium: source <(vivarium completion bash)
_vivarium() {
  local current="\${COMP_WORDS[COMP_CWORD]}" previous="\${COMP_WORDS[COMP_CWORD-1]}" at="" here="" switches="" i
  # Readline splits --kind=local into three words.
  if [[ $current == "=" ]]; then
    current=""
  elif [[ $previous == "=" ]]; then
    previous="\${COMP_WORDS[COMP_CWORD-2]}"
  fi
  COMPREPLY=()
  for ((i = 1; i < COMP_CWORD; i++)); do
    case "$at \${COMP_WORDS[i]}" in
${places
  .filter(({ path }) => path.length > 0)
  .map(stepLine)
  .join("\n")}
    esac
  done
  case "$at:$previous" in
${places.flatMap(valueLines).join("\n")}
  esac
  case "$at" in
${places.map(placeLine).join("\n")}
  esac
  if [[ $current == -* ]]; then
    COMPREPLY=($(compgen -W "$switches" -- "$current"))
  else
    COMPREPLY=($(compgen -W "$here" -- "$current"))
  fi
}
complete -F _vivarium vivarium
`;
}

function stepLine(place: Place): string {
  return `      ${waysTo(place).map(quoted).join("|")}) at=${quoted(keyOf(place))} ;;`;
}

/** After an option that takes a value: what the value may be. */
function valueLines(place: Place): readonly string[] {
  return place.options.flatMap((option) => {
    const pattern = namesOf(option)
      .map((name) => quoted(`${keyOf(place)}:${name}`))
      .join("|");
    if (option.value === "none") return [];
    if (option.value === "text") return [`    ${pattern}) return ;;`];
    if (option.value === "file") {
      return [
        `    ${pattern}) local IFS=$'\\n'; COMPREPLY=($(compgen -f -- "$current")); compopt -o filenames 2>/dev/null; return ;;`,
      ];
    }
    return [`    ${pattern}) COMPREPLY=($(compgen -W ${quoted(option.value.join(" "))} -- "$current")); return ;;`];
  });
}

function placeLine(place: Place): string {
  const words = place.words.map(({ word }) => word).join(" ");
  const switches = place.options.map(({ name }) => `--${name}`).join(" ");
  return `    ${quoted(keyOf(place))}) here=${quoted(words)} switches=${quoted(switches)} ;;`;
}
