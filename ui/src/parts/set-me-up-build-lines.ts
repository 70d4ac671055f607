import { pipVariable } from "./set-me-up-install-lines.ts";
import {
  command,
  file,
  nickname,
  type Place,
  publishAddress,
  type Snippet,
  type Tool,
  tokenOf,
} from "./set-me-up-words.ts";

/** What builds and publishes. */
export function buildTools(place: Place): readonly Tool[] {
  return [
    { id: "hatch", label: "Hatch", snippets: hatch(place) },
    { id: "flit", label: "Flit", snippets: flit(place) },
    { id: "twine", label: "Twine", snippets: twine(place) },
    { id: "devpi", label: "devpi", snippets: devpi(place) },
  ];
}

function hatch(place: Place): readonly Snippet[] {
  const publish = [
    `export HATCH_INDEX_REPO=${publishAddress(place)}`,
    "export HATCH_INDEX_USER=__token__",
    `export HATCH_INDEX_AUTH=${tokenOf(place)}`,
    "hatch build",
    "hatch publish",
  ];
  return [
    command(
      "Install from here in its environments",
      [`export PIP_INDEX_URL=${pipVariable(place)}`, `export UV_DEFAULT_INDEX=${pipVariable(place)}`].join("\n"),
    ),
    ...(place.takesUploads ? [command("Publish", publish.join("\n"))] : []),
  ];
}

function flit(place: Place): readonly Snippet[] {
  if (!place.takesUploads) return [];
  const publish = [
    `export FLIT_INDEX_URL=${publishAddress(place)}`,
    "export FLIT_USERNAME=__token__",
    `export FLIT_PASSWORD=${tokenOf(place)}`,
    "flit publish",
  ];
  return [command("Publish", publish.join("\n"))];
}

function twine(place: Place): readonly Snippet[] {
  if (!place.takesUploads) return [];
  return [pypirc(place), command("Publish", `twine upload --repository ${nickname(place)} dist/*`)];
}

function pypirc(place: Place): Snippet {
  const name = nickname(place);
  const lines = [
    "[distutils]",
    "index-servers =",
    `    ${name}`,
    "",
    `[${name}]`,
    `repository = ${publishAddress(place)}`,
    "username = __token__",
    `password = ${tokenOf(place)}`,
  ];
  return file(
    "Tell Twine (and Flit) of the repository",
    "~/.pypirc (readable by you alone: chmod 600)",
    "ini",
    lines,
    ".pypirc",
  );
}

/** devpi's client signs in with the password, which it asks for. */
function devpi(place: Place): readonly Snippet[] {
  const use = `devpi use ${publishAddress(place).slice(0, -1)}`;
  const login = `devpi login ${place.user ?? "NAME"}`;
  return [
    command("Install from here", [use, ...(place.needsSignIn ? [login] : []), "devpi install PACKAGE"].join("\n")),
    ...(place.takesUploads ? [command("Publish", [use, login, "devpi upload"].join("\n"))] : []),
  ];
}
