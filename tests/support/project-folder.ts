import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/** A real project that setuptools can build, with a package, a readme and a dependency-free `pyproject.toml`. */
export function writeProject(folder: string, name: string, version: string): void {
  const module = name.replaceAll("-", "_");
  const source = join(folder, "src", module);
  mkdirSync(source, { recursive: true });
  writeFileSync(join(source, "__init__.py"), `"""Says where it comes from."""\n\nVERSION = "${version}"\n`);
  writeFileSync(join(folder, "README.md"), `# ${name}\n\nGrüße aus dem Vivarium.\n`);
  writeFileSync(
    join(folder, "pyproject.toml"),
    [
      "[build-system]",
      'requires = ["setuptools"]',
      'build-backend = "setuptools.build_meta"',
      "",
      "[project]",
      `name = "${name}"`,
      `version = "${version}"`,
      'description = "A small package"',
      'readme = "README.md"',
      'requires-python = ">=3.8"',
      'keywords = ["small", "package"]',
      'classifiers = ["Programming Language :: Python :: 3"]',
      "",
    ].join("\n"),
  );
}
