import assert from "node:assert/strict";
import { test } from "node:test";
import { readMethodCall, writeFault, writeMethodResponse } from "./xml-rpc.ts";

/** What Python's `xmlrpc.client` sends for pip. */
const PIP = `<?xml version='1.0'?>
<methodCall>
<methodName>search</methodName>
<params>
<param>
<value><struct>
<member>
<name>name</name>
<value><array><data>
<value><string>a &lt;b&gt; &amp; c</string></value>
</data></array></value>
</member>
<member>
<name>summary</name>
<value><array><data>
<value><string>foo</string></value>
</data></array></value>
</member>
</struct></value>
</param>
<param>
<value><string>or</string></value>
</param>
</params>
</methodCall>
`;

test("the call that pip sends is read", () => {
  assert.deepEqual(readMethodCall(PIP), {
    method: "search",
    params: [{ name: ["a <b> & c"], summary: ["foo"] }, "or"],
  });
});

test("a value without a type is a text, and numbers are read as theirs", () => {
  const call =
    "<methodCall><methodName>m</methodName><params><param><value>x</value></param><param><value><int>3</int></value></param></params></methodCall>";
  assert.deepEqual(readMethodCall(call).params, ["x", "3"]);
});

const BOMB = `<?xml version="1.0"?><!DOCTYPE b [<!ENTITY a "${"x".repeat(1000)}"><!ENTITY c "&a;&a;&a;">]><methodCall><methodName>&c;</methodName></methodCall>`;

for (const [what, text] of [
  ["nothing", ""],
  ["no XML", "hello"],
  ["another document", "<html></html>"],
  ["a call without a name", "<methodCall><params/></methodCall>"],
  ["entities of its own", BOMB],
  [
    "a type that nobody knows",
    "<methodCall><methodName>m</methodName><params><param><value><bomb/></value></param></params></methodCall>",
  ],
  ["a parameter without a value", "<methodCall><methodName>m</methodName><params><param/></params></methodCall>"],
  ["elements without end", `<methodCall>${"<value>".repeat(100_000)}`],
  ["too many elements", `<methodCall><methodName>m</methodName>${"<a/>".repeat(2_000)}</methodCall>`],
  ["an element that is not closed", "<methodCall><methodName>m</methodName>"],
] as const) {
  test(`${what} is refused`, () => {
    assert.throws(() => readMethodCall(text), SyntaxError);
  });
}

test("answers are written so that nothing in them is taken for markup", () => {
  const answer = writeMethodResponse([{ name: "<b>&", version: "1.0\u0000", _pypi_ordering: 5, half: 0.5 }]);

  assert.match(answer, /<string>&lt;b&gt;&amp;<\/string>/);
  assert.match(answer, /<int>5<\/int>/);
  assert.match(answer, /<double>0.5<\/double>/);
  assert.doesNotMatch(answer, /\u0000/);
  assert.match(writeFault(1, "no"), /<fault>.*faultString.*no/s);
});
