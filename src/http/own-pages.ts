import { escapeHtml, type Reply } from "#core";

/** What a browser is shown at `/`: what this is, and the first commands. */
export function welcomePage(publicUrl: string): Reply {
  const url = escapeHtml(publicUrl);
  return {
    kind: "bytes",
    status: 200,
    contentType: "text/html; charset=utf-8",
    headers: { vary: "Accept" },
    cache: { kind: "none" },
    body: `<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>Vivarium</title>
<style>body{font:16px/1.5 system-ui,sans-serif;max-width:44rem;margin:3rem auto;padding:0 1rem;color-scheme:light dark}pre{overflow:auto;padding:.8rem;border:1px solid #8886;border-radius:.4rem}</style></head><body>
<h1>Vivarium</h1>
<p>A Python package repository. It hosts what your team publishes, and caches what it uses from elsewhere.</p>
<h2>Install</h2>
<pre>pip install -i ${url}/root/pypi/simple/ requests
uv pip install --default-index ${url}/root/pypi/simple/ requests</pre>
<h2>Publish</h2>
<pre>twine upload --repository-url ${url}/&lt;owner&gt;/&lt;repository&gt;/ dist/*
uv publish --publish-url ${url}/&lt;owner&gt;/&lt;repository&gt;/ dist/*</pre>
<h2>Make a repository</h2>
<pre>devpi use ${url}
devpi login &lt;owner&gt;
devpi index -c &lt;repository&gt;</pre>
<p>The API is described at <code>${url}/api/v1/openapi.json</code>.</p>
</body></html>
`,
  };
}

/** A refusal for people. Without links: tools that scrape pages would take them for files. */
export function problemPage(title: string, message: string): string {
  const heading = escapeHtml(title);
  return `<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8"><title>${heading}</title></head><body>\n<h1>${heading}</h1>\n<p>${escapeHtml(message)}</p>\n</body></html>\n`;
}

/** A line of text for those who watch the server. */
export function textReply(status: number, text: string): Reply {
  return {
    kind: "bytes",
    status,
    contentType: "text/plain; charset=utf-8",
    body: `${text}\n`,
    cache: { kind: "none" },
  };
}
