import { keyOf, namesOf, type Place, quoted, waysTo } from "./places.ts";

/** A function for zsh's completion system, with the descriptions of everything. */
export function zshCompletion(places: readonly Place[]): string {
  return `#compdef vivarium
# zsh completion for vivarium: put it into a folder of $fpath, under the name _vivarium
_vivarium() {
  local at="" previous="\${words[CURRENT-1]}" i
  local -a here switches
  if [[ "\${words[CURRENT]}" == --*=* ]]; then
    previous="\${words[CURRENT]%%=*}"
    compset -P 1 '*='
  fi
  for ((i = 2; i < CURRENT; i++)); do
    case "$at \${words[i]}" in
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
${places.map(placeLines).join("\n")}
  esac
  if [[ "\${words[CURRENT]}" == -* ]]; then
    _describe -o 'option' switches
  else
    _describe 'command' here
  fi
}
if [[ "\${funcstack[1]}" == "_vivarium" ]]; then
  _vivarium "$@"
else
  compdef _vivarium vivarium
fi
`;
}

function stepLine(place: Place): string {
  return `      (${waysTo(place).map(quoted).join("|")}) at=${quoted(keyOf(place))} ;;`;
}

function valueLines(place: Place): readonly string[] {
  return place.options.flatMap((option) => {
    const pattern = namesOf(option)
      .map((name) => quoted(`${keyOf(place)}:${name}`))
      .join("|");
    if (option.value === "none") return [];
    if (option.value === "text") return [`    (${pattern}) _message ${quoted(plain(option.description))}; return ;;`];
    if (option.value === "file") return [`    (${pattern}) _files; return ;;`];
    return [`    (${pattern}) compadd -- ${option.value.map(quoted).join(" ")}; return ;;`];
  });
}

function placeLines(place: Place): string {
  const words = place.words.map(({ word, description }) => entry(word, description));
  const switches = place.options.map(({ name, description }) => entry(`--${name}`, description));
  return [
    `    (${quoted(keyOf(place))})`,
    `      here=(${words.join(" ")})`,
    `      switches=(${switches.join(" ")})`,
    "      ;;",
  ].join("\n");
}

/** _describe splits at the first colon that is not escaped. */
function entry(word: string, description: string): string {
  return quoted(`${word.replaceAll(":", "\\:")}:${plain(description)}`);
}

function plain(text: string): string {
  return text.replaceAll("\\", "").replaceAll("%", "%%");
}
