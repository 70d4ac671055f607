import {
  addressWithToken,
  command,
  file,
  indexAddress,
  netrc,
  nickname,
  type Place,
  plainHost,
  publishAddress,
  type Snippet,
  type Tool,
  tokenOf,
  variableName,
} from "./set-me-up-words.ts";

/** What installs packages, and what of it publishes too. */
export function installers(place: Place): readonly Tool[] {
  return [
    { id: "pip", label: "pip", snippets: pip(place) },
    { id: "uv", label: "uv", snippets: uv(place) },
    { id: "poetry", label: "Poetry", snippets: poetry(place) },
    { id: "pdm", label: "PDM", snippets: pdm(place) },
  ];
}

function pip(place: Place): readonly Snippet[] {
  const index = indexAddress(place);
  const host = plainHost(place);
  const trusted = host === null ? "" : ` --trusted-host ${host}`;
  return [
    command("Install once from here", `pip install --index-url ${index}${trusted} PACKAGE`),
    file(
      "Install from here always",
      "~/.config/pip/pip.conf (%APPDATA%\\pip\\pip.ini on Windows)",
      "ini",
      ["[global]", `index-url = ${index}`, ...(host === null ? [] : [`trusted-host = ${host}`])],
      "pip.conf",
    ),
    ...(place.needsSignIn ? [netrc(place)] : []),
  ];
}

function uv(place: Place): readonly Snippet[] {
  const name = nickname(place);
  const publish = publishAddress(place);
  const signIn = [
    `export UV_INDEX_${variableName(place)}_USERNAME=__token__`,
    `export UV_INDEX_${variableName(place)}_PASSWORD=${tokenOf(place)}`,
  ];
  return [
    command("Install once from here", `uv pip install --default-index ${indexAddress(place)} PACKAGE`),
    file(
      "Install from here always",
      "~/.config/uv/uv.toml (%APPDATA%\\uv\\uv.toml on Windows)",
      "toml",
      [
        "[[index]]",
        `name = "${name}"`,
        `url = "${indexAddress(place)}"`,
        ...(place.takesUploads ? [`publish-url = "${publish}"`] : []),
        "default = true",
      ],
      "uv.toml",
    ),
    ...(place.needsSignIn ? [command("Sign in", signIn.join("\n"))] : []),
    ...(place.takesUploads
      ? [command("Publish", `uv publish --publish-url ${publish} --token ${tokenOf(place)} dist/*`)]
      : []),
  ];
}

function poetry(place: Place): readonly Snippet[] {
  const name = nickname(place);
  const signIn = `poetry config http-basic.${name} __token__ ${tokenOf(place)}`;
  return [
    command("Install from here in this project", `poetry source add --priority=primary ${name} ${indexAddress(place)}`),
    ...(place.needsSignIn || place.takesUploads ? [command("Sign in", signIn)] : []),
    ...(place.takesUploads
      ? [
          command(
            "Publish",
            [
              `poetry config repositories.${name} ${publishAddress(place)}`,
              `poetry publish --build --repository ${name}`,
            ].join("\n"),
          ),
        ]
      : []),
  ];
}

function pdm(place: Place): readonly Snippet[] {
  const name = nickname(place);
  const reading = [
    `pdm config pypi.url ${indexAddress(place)}`,
    ...(place.needsSignIn ? ["pdm config pypi.username __token__", `pdm config pypi.password ${tokenOf(place)}`] : []),
    ...(plainHost(place) === null ? [] : ["pdm config pypi.verify_ssl false"]),
  ];
  const publishing = [
    `pdm config repository.${name}.url ${publishAddress(place)}`,
    `pdm config repository.${name}.username __token__`,
    `pdm config repository.${name}.password ${tokenOf(place)}`,
    `pdm publish --repository ${name}`,
  ];
  return [
    command("Install from here always", reading.join("\n")),
    ...(place.takesUploads ? [command("Publish", publishing.join("\n"))] : []),
  ];
}

/** Where pip runs inside of something else, its index is told by a variable. */
export function pipVariable(place: Place): string {
  const index = indexAddress(place);
  return place.needsSignIn ? addressWithToken(index, tokenOf(place)) : index;
}
