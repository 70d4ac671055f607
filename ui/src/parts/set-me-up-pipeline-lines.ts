import {
  addressWithToken,
  file,
  indexAddress,
  type Place,
  plainHost,
  publishAddress,
  type Snippet,
  type Tool,
} from "./set-me-up-words.ts";

/** What runs without a person. The token is never written into these files: it is the pipeline's secret. */
export function pipelines(place: Place): readonly Tool[] {
  return [
    { id: "github", label: "GitHub Actions", snippets: [secretOf(place, "GitHub"), github(place)] },
    { id: "gitlab", label: "GitLab CI", snippets: [secretOf(place, "GitLab"), gitlab(place)] },
  ];
}

function secretOf(place: Place, host: "GitHub" | "GitLab"): Snippet {
  const where =
    host === "GitHub"
      ? "Settings → Secrets and variables → Actions → New repository secret"
      : "Settings → CI/CD → Variables → Add variable (masked)";
  return file("Keep the token as a secret with the name VIVARIUM_TOKEN", where, "text", [place.token ?? "TOKEN"]);
}

function github(place: Place): Snippet {
  const secret = "$" + "{{ secrets.VIVARIUM_TOKEN }}";
  const host = plainHost(place);
  const lines = [
    "name: package",
    "on:",
    "  push:",
    '    tags: ["v*"]',
    "jobs:",
    "  package:",
    "    runs-on: ubuntu-latest",
    "    env:",
    `      PIP_INDEX_URL: ${indexFor(place, secret)}`,
    ...(host === null ? [] : [`      PIP_TRUSTED_HOST: ${host}`]),
    "    steps:",
    "      - uses: actions/checkout@v5",
    "      - uses: actions/setup-python@v6",
    "        with:",
    '          python-version: "3.x"',
    "      - run: python -m pip install build twine",
    "      - run: python -m build",
    ...(place.takesUploads
      ? [
          "      - run: python -m twine upload dist/*",
          "        env:",
          `          TWINE_REPOSITORY_URL: ${publishAddress(place)}`,
          "          TWINE_USERNAME: __token__",
          `          TWINE_PASSWORD: ${secret}`,
        ]
      : []),
  ];
  return file(title(place), ".github/workflows/package.yml", "yaml", lines, "package.yml");
}

function gitlab(place: Place): Snippet {
  const host = plainHost(place);
  const lines = [
    "package:",
    "  image: python:3",
    "  rules:",
    "    - if: $CI_COMMIT_TAG",
    "  variables:",
    `    PIP_INDEX_URL: ${indexFor(place, "$VIVARIUM_TOKEN")}`,
    ...(host === null ? [] : [`    PIP_TRUSTED_HOST: ${host}`]),
    ...(place.takesUploads
      ? [
          `    TWINE_REPOSITORY_URL: ${publishAddress(place)}`,
          "    TWINE_USERNAME: __token__",
          "    TWINE_PASSWORD: $VIVARIUM_TOKEN",
        ]
      : []),
    "  script:",
    "    - python -m pip install build twine",
    "    - python -m build",
    ...(place.takesUploads ? ["    - python -m twine upload dist/*"] : []),
  ];
  return file(title(place), ".gitlab-ci.yml", "yaml", lines, "gitlab-ci.yml");
}

function indexFor(place: Place, secret: string): string {
  const index = indexAddress(place);
  return place.needsSignIn ? addressWithToken(index, secret) : index;
}

function title({ takesUploads }: Place): string {
  return takesUploads ? "Build and publish each tag" : "Build each tag with what is here";
}
