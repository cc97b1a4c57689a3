// Signs requests as S3 wants it (AWS Signature Version 4, in headers). The whole client of the object store is here and
// beside: a published one is 40 times as long, and all this has to pass through a command line.
import { createHash, createHmac } from "node:crypto";

export interface Login {
  user: string;
  password: string;
}

export interface Signable {
  method: string;
  host: string;
  /** Encoded, as it is sent. */
  path: string;
  query: Readonly<Record<string, string>>;
  /** Names in lower case. */
  headers: Readonly<Record<string, string>>;
  /** Of the body, in hexadecimal digits. */
  sha256: string;
}

/** Where the store isn't in a region of Amazon's. */
const region = "us-east-1";
const algorithm = "AWS4-HMAC-SHA256";

/** All headers to send, the signature among them. */
export function signedHeaders(
  request: Signable,
  { user, password }: Login,
  now: Date,
): Record<string, string> {
  const time = now.toISOString().replace(/[:-]|\.\d+/g, "");
  const headers: Record<string, string> = {
    ...request.headers,
    host: request.host,
    "x-amz-content-sha256": request.sha256,
    "x-amz-date": time,
  };
  const names = Object.keys(headers).sort();
  const canonical = [
    request.method,
    request.path,
    queryString(request.query),
    ...names.map((name) => `${name}:${headers[name]!.trim().replace(/ +/g, " ")}`),
    "",
    names.join(";"),
    request.sha256,
  ].join("\n");
  const day = time.slice(0, 8);
  const scope = `${day}/${region}/s3/aws4_request`;
  const key = [day, region, "s3", "aws4_request"].reduce<string | Buffer>(
    (parent, word) => hmac(parent, word),
    `AWS4${password}`,
  );
  const signature = hmac(key, [algorithm, time, scope, hexHash(canonical)].join("\n"));
  const authorization = `${algorithm} Credential=${user}/${scope}, SignedHeaders=${names.join(";")}, Signature=${signature.toString("hex")}`;
  return { ...headers, authorization };
}

/** In the order and the form in which it is signed. */
export const queryString = (query: Readonly<Record<string, string>>): string =>
  Object.keys(query)
    .sort()
    .map((name) => `${encoded(name)}=${encoded(query[name]!)}`)
    .join("&");

/** As S3 wants it: all but letters, digits and `-._~`. */
export const encoded = (text: string): string =>
  encodeURIComponent(text).replace(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );

export const hexHash = (text: string) => createHash("sha256").update(text).digest("hex");
const hmac = (key: string | Buffer, text: string) =>
  createHmac("sha256", key).update(text).digest();
