import { keyOf, type Place, type PlaceOption, waysTo } from "./places.ts";

/** For fish, with the descriptions of everything. */
export function fishCompletion(places: readonly Place[]): string {
  return `# fish completion for vivarium: ~/.config/fish/completions/vivarium.fish
function __vivarium_at
    set -l at ''
    for word in (commandline -opc)[2..-1]
        switch "$at $word"
${places
  .filter(({ path }) => path.length > 0)
  .map(
    (place) =>
      `            case ${waysTo(place).map(quotedForFish).join(" ")}\n                set at ${quotedForFish(keyOf(place))}`,
  )
  .join("\n")}
        end
    end
    test "$at" = "$argv[1]"
end
complete -c vivarium -f
${places.flatMap(linesOf).join("\n")}
`;
}

function linesOf(place: Place): readonly string[] {
  const start = `complete -c vivarium -n ${quotedForFish(`__vivarium_at ${quotedForFish(keyOf(place))}`)}`;
  return [
    ...place.words.map(
      ({ word, description }) => `${start} -a ${quotedForFish(word)} -d ${quotedForFish(description)}`,
    ),
    ...place.options.map((option) => `${start} ${optionFlags(option)} -d ${quotedForFish(option.description)}`),
  ];
}

function optionFlags({ name, short, value }: PlaceOption): string {
  const names = `-l ${name}${short === null ? "" : ` -s ${short}`}`;
  if (value === "none") return names;
  if (value === "text") return `${names} -x`;
  if (value === "file") return `${names} -r -F`;
  return `${names} -x -a ${quotedForFish(value.join(" "))}`;
}

/** Inside single quotes fish knows \\\\ and \\' only. */
function quotedForFish(text: string): string {
  return `'${text.replaceAll("\\", "\\\\").replaceAll("'", "\\'")}'`;
}
