// JSON bodies, looked at before they are parsed. What is asked for is one object with one text; but
// 10 MiB of "[" or "{}," became 314 MiB of arrays and objects, and blocked everyone for 1.5 s.
import type { FastifyInstance } from "fastify";
import { TooManyParts } from "../errors";

/** Far more than {"image": "…"} has, so that a wrong field is still told by its name. */
const MAX_PARTS = 32;

export function acceptJsonBodies(app: FastifyInstance): void {
  const parse = app.getDefaultJsonParser("error", "error");
  app.removeContentTypeParser("application/json");
  app.addContentTypeParser<string>(
    "application/json",
    { parseAs: "string" },
    (request, body, done) => {
      if (hasMoreParts(body, MAX_PARTS)) done(new TooManyParts(MAX_PARTS));
      else void parse(request, body, done);
    },
  );
}

/**
 * Whether a JSON text has more than `allowed` objects, lists and separators between values. Texts
 * within it are stepped over, so a long one costs next to nothing. Says no of a text that doesn't end:
 * the parser will refuse it.
 */
export function hasMoreParts(json: string, allowed: number): boolean {
  let parts = 0;
  for (let at = 0; at < json.length; at += 1) {
    const character = json[at];
    if (character === '"') {
      at = endOfText(json, at);
      if (at === -1) return false;
    } else if (character === "{" || character === "[" || character === ",") {
      parts += 1;
      if (parts > allowed) return true;
    }
  }
  return false;
}

/** Place of the quotation mark that ends the text which begins at `start`, or -1. */
function endOfText(json: string, start: number): number {
  let end = json.indexOf('"', start + 1);
  while (end !== -1 && isEscaped(json, end)) end = json.indexOf('"', end + 1);
  return end;
}

/** An odd number of backslashes stands before it. */
function isEscaped(json: string, at: number): boolean {
  let before = at;
  while (json[before - 1] === "\\") before -= 1;
  return (at - before) % 2 === 1;
}
