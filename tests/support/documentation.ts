import { zipOf } from "./zip-writer.ts";

/** A form of the old upload interface that brings documentation. */
export interface DocumentationForm {
  readonly contentType: string;
  readonly body: Uint8Array;
}

/** A zip of pages, by path. */
export function docZip(pages: Readonly<Record<string, string>>): Uint8Array {
  return zipOf(Object.entries(pages).map(([name, data]) => ({ name, data })));
}

/** What devpi's client sends; `version` not given: the server is to find it out. */
export async function docForm(name: string, version: string | null, zip: Uint8Array): Promise<DocumentationForm> {
  const form = new FormData();
  form.set(":action", "doc_upload");
  form.set("protocol_version", "1");
  form.set("name", name);
  if (version !== null) form.set("version", version);
  form.set("content", new Blob([Uint8Array.from(zip)]), `${name}.doc.zip`);
  const encoded = new Response(form);
  return {
    contentType: encoded.headers.get("content-type") ?? "",
    body: new Uint8Array(await encoded.arrayBuffer()),
  };
}
