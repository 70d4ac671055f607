import { BASE, failureFrom } from "./api.ts";

/**
 * Sends the bytes of a file to our API and says how many have gone; only this old interface of browsers tells. Throws as
 * `ask` does: what the server refuses, or that it cannot be reached.
 */
export function sendFile<Answer>(
  path: readonly string[],
  file: File,
  options: { readonly onSent: (bytes: number) => void; readonly signal: AbortSignal },
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open("PUT", `${BASE}api/v1/${path.map(encodeURIComponent).join("/")}`);
    request.responseType = "json";
    request.setRequestHeader("accept", "application/json");
    request.setRequestHeader("content-type", "application/octet-stream");
    request.setRequestHeader("x-vivarium-ui", "1");
    request.upload.addEventListener("progress", ({ loaded }) => options.onSent(loaded));
    request.addEventListener("load", () => {
      if (request.status >= 200 && request.status < 300) resolve(request.response as Answer);
      else reject(failureFrom(request.status, request.response));
    });
    request.addEventListener("error", () => reject(new TypeError("the connection was lost")));
    request.addEventListener("abort", () => reject(new DOMException("the upload was stopped", "AbortError")));
    options.signal.addEventListener("abort", () => request.abort(), { once: true });
    request.send(file);
  });
}
