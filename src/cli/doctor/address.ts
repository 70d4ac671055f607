import { type Check, fault, ok, skipped } from "./finding.ts";

/** Where we listen. */
export const port: Check = {
  name: "port",
  needs: "nothing",
  async look({ settings: { host, port: number }, network }) {
    const where = `port ${number} of ${host}`;
    switch (await network.whoListens(host, number)) {
      case "nobody":
        return [ok(this.name, `${where} is free; the server is not running`)];
      case "vivarium":
        return [ok(this.name, `the server is running at ${where}`)];
      case "other": {
        const remedy = "stop that program (ss -ltnp names it), or choose another port with --port";
        return [fault(this.name, "port-taken", `another program listens at ${where}`, remedy)];
      }
    }
  },
};

/** Where the world finds us: asked as a client would. */
export const publicUrl: Check = {
  name: "public address",
  needs: "nothing",
  async look({ settings: { host, port: number, publicUrl: url }, network }) {
    if (url === null) return [ok(this.name, "--public-url is not set: links follow the address that clients use")];
    if ((await network.whoListens(host, number)) !== "vivarium") {
      return [skipped(this.name, `the server is not running, so ${url} cannot be tried`)];
    }
    const reply = await network.get(`${url}/api/v1/version`, "application/json");
    if ("because" in reply) {
      const remedy = "see that the name leads to your proxy and the proxy runs, or correct --public-url";
      return [fault(this.name, "public-url-silent", `nothing answers at ${url}: ${reply.because}`, remedy)];
    }
    if (reply.status === 200 && isOurs(reply.text)) return [ok(this.name, `${url} leads here`)];
    const message = `${url} leads to something else: it answers ${reply.status} ${reply.contentType}`.trimEnd();
    const remedy = `let the proxy pass ${url}/ to ${host}:${number} without cutting the path wrongly, or correct --public-url`;
    return [fault(this.name, "public-url-other", message, remedy)];
  },
};

function isOurs(text: string): boolean {
  return /^\s*\{.*"name"\s*:\s*"vivarium"/s.test(text);
}
