import type { Problem } from "#core";

/** RFC 9457. `code` is for programs, `detail` for people; names the problem is about come as members of their own. */
export function renderProblem(problem: Problem, message: string): { contentType: string; body: string } {
  const { code, ...members } = problem;
  const { because: _because, ...about } = members as Record<string, unknown>;
  const document = {
    type: `urn:vivarium:problem:${code}`,
    title: titleOf(code),
    detail: message,
    code,
    ...about,
  };
  return { contentType: "application/problem+json", body: `${JSON.stringify(document)}\n` };
}

/** `file-exists` becomes "File exists". */
function titleOf(code: string): string {
  const words = code.replaceAll("-", " ");
  return words.charAt(0).toUpperCase() + words.slice(1);
}
