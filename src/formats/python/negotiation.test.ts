import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { representationOf, type SimpleType } from "./negotiation.ts";

const JSON_TYPE = "application/vnd.pypi.simple.v1+json";
const HTML_TYPE = "application/vnd.pypi.simple.v1+html";

function typeFor(accept: string | null, format: string | null = null): string | null {
  return representationOf(accept, format)?.contentType.replace("; charset=utf-8", "") ?? null;
}

test("NEG-1: the answer has exactly the type that was asked for", () => {
  for (const type of [JSON_TYPE, HTML_TYPE, "text/html"]) assert.equal(typeFor(type), type);
  assert.equal(representationOf(JSON_TYPE, null)?.kind, "json");
  assert.equal(representationOf(HTML_TYPE, null)?.kind, "html");
});

test("SIM-4: HTML says its character set", () => {
  assert.equal(representationOf("text/html", null)?.contentType, "text/html; charset=utf-8");
  assert.equal(representationOf(JSON_TYPE, null)?.contentType, JSON_TYPE);
});

test("NEG-2: who asks for the latest gets the real version's name", () => {
  assert.equal(typeFor("application/vnd.pypi.simple.latest+json"), JSON_TYPE);
  assert.equal(typeFor("application/vnd.pypi.simple.latest+html"), HTML_TYPE);
});

test("NEG-3: no preference means text/html", () => {
  for (const accept of [null, "", "*/*", "*/*;q=0.1", "*", "text/*"]) assert.equal(typeFor(accept), "text/html");
});

test("NEG-4: installers get JSON, browsers get HTML", () => {
  assert.equal(typeFor(`${JSON_TYPE}, ${HTML_TYPE}; q=0.1, text/html; q=0.01`), JSON_TYPE);
  assert.equal(typeFor(`${JSON_TYPE}, ${HTML_TYPE};q=0.2, text/html;q=0.01`), JSON_TYPE);
  assert.equal(typeFor(`${JSON_TYPE}, */*;q=0.1`), JSON_TYPE);
  assert.equal(typeFor("text/html,application/xhtml+xml,application/xml;q=0.9,image/webp,*/*;q=0.8"), "text/html");
  assert.equal(typeFor("text/html, image/gif, image/jpeg, *; q=.2, */*; q=.2"), "text/html");
});

test("NEG-4: quality decides, then the richer form; order, case and blanks carry no meaning", () => {
  assert.equal(typeFor(`text/html, ${JSON_TYPE}`), JSON_TYPE);
  assert.equal(typeFor(`text/html;q=0.9,${JSON_TYPE};q=0.899`), "text/html");
  assert.equal(typeFor(`  TEXT/HTML ;  Q=0.5 ,\t${JSON_TYPE.toUpperCase()} ; q=0.6`), JSON_TYPE);
  assert.equal(typeFor("application/*"), JSON_TYPE);
  assert.equal(typeFor("application/*, */*"), JSON_TYPE);
  assert.equal(typeFor("text/*, */*"), "text/html");
});

test("NEG-4: q=0 takes a type out, also beside the full wildcard", () => {
  assert.equal(typeFor("text/html;q=0, */*"), JSON_TYPE);
  assert.equal(typeFor(`${JSON_TYPE};q=0, application/*`), HTML_TYPE);
  assert.equal(typeFor(`${JSON_TYPE};q=0.000, application/vnd.pypi.simple.latest+json`), null);
});

test("NEG-4: a more specific range wins over a wildcard", () => {
  assert.equal(typeFor(`*/*;q=0.9, ${JSON_TYPE};q=0.1`), "text/html");
  assert.equal(typeFor(`*/*;q=0.9, text/*;q=0.2, ${JSON_TYPE};q=0.1`), HTML_TYPE);
});

test("NEG-4: parameters and quoted commas do not confuse", () => {
  assert.equal(typeFor("text/html;charset=utf-8"), "text/html");
  assert.equal(typeFor(`text/html;x="a,${JSON_TYPE};q=1,\\"";q=0.5`), "text/html");
});

test("NEG-5: nothing acceptable is null", () => {
  for (const accept of ["application/json", "image/png, text/plain", "text/html;q=0", "*/*;q=0"]) {
    assert.equal(typeFor(accept), null, accept);
  }
});

test("NEG-6: a malformed header is as good as none, a malformed part is as if it were not there", () => {
  for (const accept of [
    ";;;,,",
    "q=abc",
    "text/html;q=abc",
    "text/html;q=2",
    "text/html;q=-1",
    "/",
    "x".repeat(6000),
  ]) {
    assert.equal(typeFor(accept), "text/html", accept);
  }
  assert.equal(typeFor(`text/html;q=abc, ${JSON_TYPE};q=0.1`), JSON_TYPE);
});

test("NEG-7: the format in the query decides alone, in each way of writing a plus", () => {
  const query = (text: string): string | null => new URLSearchParams(text).get("format");
  for (const plus of ["+", "%2B", "%20", " "]) {
    assert.equal(typeFor("text/html", query(`format=application/vnd.pypi.simple.v1${plus}json`)), JSON_TYPE);
  }
  assert.equal(typeFor(JSON_TYPE, query("format=text/html")), "text/html");
  assert.equal(typeFor(null, query("format=application/vnd.pypi.simple.latest%2Bjson")), JSON_TYPE);
  assert.equal(typeFor(null, query("format=json")), null);
  assert.equal(typeFor(JSON_TYPE, query("format=")), JSON_TYPE);
  assert.equal(typeFor(null, "toString"), null);
});

// An independent model, as simple as possible: score each type by hand, take the best.
const ranges = ["text/html", JSON_TYPE, HTML_TYPE, "text/*", "application/*", "*/*", "image/png"] as const;

function model(asked: ReadonlyMap<string, number>): SimpleType | null {
  if (asked.size === 0) return "text/html";
  const quality = (type: string): number =>
    asked.get(type) ?? asked.get(`${type.split("/")[0]}/*`) ?? asked.get("*/*") ?? 0;
  const how = (type: string): number => (asked.has(type) ? 2 : asked.has(`${type.split("/")[0]}/*`) ? 1 : 0);
  const types: SimpleType[] = [JSON_TYPE, HTML_TYPE, "text/html"];
  const top = Math.max(...types.map(quality));
  if (top === 0) return null;
  const tied = types.filter((type) => quality(type) === top);
  for (const level of [2, 1]) {
    const chosen = tied.find((type) => how(type) === level);
    if (chosen !== undefined) return chosen;
  }
  return tied.includes("text/html") ? "text/html" : (tied[0] ?? null);
}

test("NEG-4: every choice is the one that a simple model makes", () => {
  const range = fc.tuple(fc.constantFrom(...ranges), fc.constantFrom(0, 0.001, 0.1, 0.5, 0.999, 1));
  fc.assert(
    fc.property(
      fc.uniqueArray(range, { selector: ([name]) => name, maxLength: 7 }),
      fc.boolean(),
      (chosen, isSpaced) => {
        const header = chosen
          .map(([name, q]) => (q === 1 && isSpaced ? name : `${name}${isSpaced ? " ; " : ";"}q=${q}`))
          .join(isSpaced ? " , " : ",");
        assert.equal(typeFor(header), model(new Map(chosen)));
      },
    ),
    { numRuns: 2000 },
  );
});

test("NEG-4: order carries no meaning", () => {
  const range = fc.tuple(fc.constantFrom(...ranges), fc.constantFrom(0, 0.3, 1)).map(([name, q]) => `${name};q=${q}`);
  fc.assert(
    fc.property(fc.array(range, { maxLength: 6 }), (parts) => {
      assert.equal(typeFor(parts.join(",")), typeFor(parts.toReversed().join(",")));
    }),
  );
});

test("NEG-6: no header whatever throws", () => {
  const soup = fc.array(fc.constantFrom("text/html", "*/*", ";", ",", "q=", "0.5", '"', "\\", "=", " ", "+json", "é"));
  fc.assert(
    fc.property(soup, (parts) => void representationOf(parts.join(""), null)),
    { numRuns: 500 },
  );
});
