import assert from "node:assert/strict";
import { test } from "node:test";
import { browserText } from "../../ui/src/pages/set-up/browser-text.ts";

test("a session is known by browser and system, as its owner calls them", () => {
  const mozilla = "Mozilla/5.0 ";
  const cases: readonly (readonly [string | null, string])[] = [
    [`${mozilla}(X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0`, "Firefox on Linux"],
    [`${mozilla}(Windows NT 10.0) AppleWebKit/537.36 Chrome/139.0.0.0 Safari/537.36 Edg/139.0`, "Edge on Windows"],
    [
      `${mozilla}(Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 Version/18.0 Safari/605.1.15`,
      "Safari on macOS",
    ],
    [`${mozilla}(Linux; Android 15) AppleWebKit/537.36 Chrome/139.0.0.0 Mobile Safari/537.36`, "Chrome on Android"],
    ["curl/8.5.0", "curl/8.5.0"],
    [null, "Unknown program"],
  ];
  for (const [userAgent, text] of cases) assert.equal(browserText(userAgent), text);
});

test("a program that calls itself by a very long name does not spread over the page", () => {
  assert.equal(browserText("x".repeat(10_000)).length, 61);
});
