import type { IOptions } from "sanitize-html";
import type { Readme } from "../format.ts";

/** More than this is not rendered: what a text costs grows faster than it does. */
const RENDERED_LENGTH_MAX = 128 * 1024;
const SHOWN_LENGTH_MAX = 1024 * 1024;

/**
 * A description for people. Markdown becomes markup that is harmless wherever it is put: no scripts, styles, forms or
 * pictures (which would tell another host who reads), only links to the web, headings below the page's own.
 * reStructuredText has no well-kept renderer outside its own language, so it is shown as it was written.
 */
export async function renderReadme(text: string, contentType: string | null): Promise<Readme> {
  const writtenIn = languageOf(contentType);
  const isCut = text.length > SHOWN_LENGTH_MAX;
  const shown = isCut ? text.slice(0, SHOWN_LENGTH_MAX) : text;
  const isRendered = writtenIn === "markdown" && text.length <= RENDERED_LENGTH_MAX;
  return { writtenIn, html: isRendered ? await markupOf(text) : null, text: shown, isCut };
}

/** Core metadata: what does not say what it is is reStructuredText, as far as it is any. */
function languageOf(contentType: string | null): Readme["writtenIn"] {
  const type = contentType?.split(";")[0]?.trim().toLowerCase() ?? "";
  if (type === "text/markdown") return "markdown";
  return type === "text/plain" ? "plain" : "restructuredtext";
}

async function markupOf(text: string): Promise<string> {
  // Loaded with the first description that is read, because starting the server must not wait for it.
  const [{ default: MarkdownIt }, { default: sanitizeHtml }] = await Promise.all([
    import("markdown-it"),
    import("sanitize-html"),
  ]);
  const markdown = new MarkdownIt({ html: true, linkify: false, maxNesting: 50 });
  return sanitizeHtml(markdown.render(text), HARMLESS);
}

const HEADINGS = { h1: "h3", h2: "h4", h3: "h5", h4: "h6", h5: "h6", h6: "h6" };

const HARMLESS: IOptions = {
  allowedTags: [
    ...["h3", "h4", "h5", "h6", "p", "br", "hr", "blockquote", "pre", "code", "ul", "ol", "li", "dl", "dt", "dd"],
    ...["a", "b", "strong", "i", "em", "s", "del", "ins", "sub", "sup", "kbd", "samp", "var", "abbr", "q", "span"],
    ...["table", "thead", "tbody", "tfoot", "tr", "th", "td", "caption", "div", "details", "summary"],
  ],
  allowedAttributes: {
    a: ["href", "title", "rel"],
    ol: ["start"],
    th: ["colspan", "rowspan"],
    td: ["colspan", "rowspan"],
  },
  allowedSchemes: ["http", "https", "mailto"],
  allowedSchemesAppliedToAttributes: ["href"],
  allowProtocolRelative: false,
  nestingLimit: 100,
  transformTags: {
    ...HEADINGS,
    a: (_, { href = "", title }) => {
      // An address without a host would lead somewhere in this server.
      if (!/^(?:https?:\/\/|mailto:)/i.test(href)) return { tagName: "span", attribs: {} };
      return {
        tagName: "a",
        attribs: { href, rel: "noopener nofollow", ...(title === undefined ? {} : { title }) },
      };
    },
    img: (_, { alt = "" }) => ({ tagName: "span", attribs: {}, text: alt }),
  },
};
