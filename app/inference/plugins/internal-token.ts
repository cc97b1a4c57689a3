// Who is one of our own services: those that send the token which all of them got at their start.
import { createHash, timingSafeEqual } from "node:crypto";
import type { IncomingHttpHeaders } from "node:http";
import { INTERNAL_TOKEN_HEADER } from "@feedback-loop/contract";
import { WrongToken } from "../errors";

/**
 * Whether a request comes from one of our own services. Throws WrongToken if it says so and doesn't
 * prove it; without a token of our own (undefined) nobody can.
 */
export function isInternal(headers: IncomingHttpHeaders, token: string | undefined): boolean {
  const given = headers[INTERNAL_TOKEN_HEADER];
  if (given === undefined) return false;
  if (token === undefined || !isSame(String(given), token)) throw new WrongToken();
  return true;
}

/** In a time that tells nothing of where they differ, or of their lengths. */
function isSame(given: string, expected: string): boolean {
  const hash = (text: string) => createHash("sha256").update(text).digest();
  return timingSafeEqual(hash(given), hash(expected));
}
