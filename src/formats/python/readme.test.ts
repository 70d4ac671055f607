import assert from "node:assert/strict";
import { test } from "node:test";
import { renderReadme } from "./readme.ts";

async function markdown(text: string): Promise<string> {
  const { html } = await renderReadme(text, "text/markdown; charset=UTF-8; variant=GFM");
  assert.ok(html !== null);
  return html;
}

test("Markdown is rendered with its headings below the page's own, tables and code included", async () => {
  const html = await markdown(
    "# Tool\n\n| a | b |\n| - | - |\n| 1 | 2 |\n\n```python\nprint('<b>')\n```\n\n- [docs](https://docs.example/)\n",
  );

  assert.match(html, /<h3>Tool<\/h3>/);
  assert.match(html, /<td>1<\/td>/);
  assert.match(html, /<pre><code>print\('&lt;b&gt;'\)/);
  assert.match(html, /<a href="https:\/\/docs\.example\/" rel="noopener nofollow">docs<\/a>/);
});

test("nothing that could do harm is left of a hostile text", async () => {
  const hostile = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "[x](javascript:alert(1))",
    "<a href='java&#115;cript:alert(1)'>y</a>",
    "<a href='//evil.example/'>z</a>",
    "<a href='/ui/admin' id='root' style='position:fixed'>w</a>",
    "<form action='/api/v1/session'><input name=password></form>",
    "<iframe src='https://evil.example'></iframe><object data=x></object><svg onload=alert(1)></svg>",
    "<style>body{display:none}</style><link rel=stylesheet href=x><base href='https://evil.example/'>",
    "<details open ontoggle=alert(1)>d</details>",
    "<math><mtext></p><table><mglyph><style><img src=x onerror=alert(1)></style></mglyph></table></mtext></math>",
    "![pixel](https://evil.example/track.png)",
  ];
  for (const text of hostile) {
    const html = await markdown(text);
    const tags = [...html.matchAll(/<[^>]*>/g)].map(([tag]) => tag).join("");
    assert.doesNotMatch(
      tags,
      /script|onerror|onload|ontoggle|<img|<form|<input|<iframe|<object|<svg|<style|<link|<base/i,
      text,
    );
    assert.doesNotMatch(tags, /style=|id=|class=|href="(?!https?:|mailto:)/i, text);
  }
});

test("a picture is its description, because fetching it would tell another host who reads", async () => {
  assert.match(
    await markdown("[![build passing](https://ci.example/b.svg)](https://ci.example/)"),
    />(<span>)?build passing/,
  );
});

test("what is not Markdown is shown as it was written, and what it is is said", async () => {
  assert.deepEqual(await renderReadme("Title\n=====\n", "text/x-rst"), {
    writtenIn: "restructuredtext",
    html: null,
    text: "Title\n=====\n",
    isCut: false,
  });
  assert.equal((await renderReadme("x", null)).writtenIn, "restructuredtext");
  assert.equal((await renderReadme("<b>", "text/plain")).html, null);
});

test("a text that would take long is not rendered, and one without end is cut", async () => {
  assert.equal((await renderReadme("*a ".repeat(200_000), "text/markdown")).html, null);
  const endless = await renderReadme("x".repeat(3_000_000), "text/plain");
  assert.deepEqual([endless.text.length, endless.isCut], [1024 * 1024, true]);
});

test("texts made to be slow are rendered soon", { timeout: 20_000 }, async () => {
  const length = 128_000;
  for (const text of ["[", "*a_", "> ", "<a ", "`", "![[](", "- ", "<!--", "&#x", "|a", "<div>", "[a](<"]) {
    const began = performance.now();
    await markdown(text.repeat(length / text.length));
    assert.ok(performance.now() - began < 5_000, text);
  }
});
