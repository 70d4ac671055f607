import { type Call, refuse } from "#core";

/** The whole body as text. `what`: as the refusal calls it that is larger (`too-large`). */
export async function textOfBody(call: Call, what: string, sizeBytesMax: number): Promise<string> {
  const chunks: Uint8Array[] = [];
  let sizeBytes = 0;
  for await (const chunk of call.body()) {
    sizeBytes += chunk.byteLength;
    if (sizeBytes > sizeBytesMax) throw refuse({ code: "too-large", what, sizeBytesMax });
    chunks.push(chunk);
  }
  return Buffer.concat(chunks, sizeBytes).toString("utf8");
}
