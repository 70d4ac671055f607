import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { isMarker, isRequirement } from "./requirements.ts";

test("every form of a dependency is read (MD-2)", () => {
  for (const text of [
    "A",
    "A.B-C_D",
    "name<=1",
    "name>=3,<2",
    "name >= 3 , < 2",
    "name (>=1.0)",
    "name(==1.*)",
    "name ()",
    "name[quux, strange];python_version<'2.7' and platform_version=='2'",
    "name; os_name=='a' or os_name=='b'",
    "name; os_name=='a' and os_name=='b' or os_name=='c'",
    "name; (os_name=='a' or os_name=='b') and extra == 'x'",
    "name[]",
    "name@http://foo.example",
    "name [fred,bar] @ http://foo.example ; python_version=='2.7'",
    "name @ git+ssh://git@code.example/x.git@main#egg=name",
    "pip @ file:///localhost/pip-1.3.1-py33-none-any.whl",
    "name==1.0+local.1",
    "name===whatever",
    'name; "linux" in sys_platform',
    "name; sys_platform not in 'win32'",
    "name; python_implementation == 'CPython'",
    "name; platform_python_implementation!='PyPy'",
  ]) {
    assert.ok(isRequirement(text), text);
  }
});

test("what only looks like a dependency is not (MD-2)", () => {
  for (const text of [
    "",
    "-name",
    "name-",
    "name>",
    "name 1.0",
    "name (1.0)",
    "name (>=1",
    "name[a",
    "name[a b]",
    "name;",
    "name; python_version",
    "name; python_version < ",
    "name; 'a' == 'b'",
    "name; unknown_variable == 'b'",
    "name; (os_name == 'a'",
    "name; os_name == 'a')",
    "name; os_name == 'a' and",
    "name; os_name = 'a'",
    "name @ ",
    "name @ no address",
    "name @ https://foo.example; os_name == 'a' junk ;",
    "name\n>=1 junk",
    `name; ${"(".repeat(50)}os_name=='a'${")".repeat(50)}`,
    "x".repeat(9000),
  ]) {
    assert.ok(!isRequirement(text), text);
  }
});

test("any text gets an answer, and quickly", () => {
  fc.assert(
    fc.property(fc.string(), (text) => typeof isRequirement(text) === "boolean" && typeof isMarker(text) === "boolean"),
  );
  const startedAt = performance.now();
  for (const evil of [
    `name${" ".repeat(8000)}`,
    `a${"-".repeat(8000)}`,
    `name (${"(".repeat(8000)}`,
    `name;${"not in ".repeat(1000)}`,
    `name>=${"1.".repeat(4000)}`,
  ]) {
    isRequirement(evil);
  }
  assert.ok(performance.now() - startedAt < 1000);
});
