// HTTP as tests need it: any header as it is given, nothing followed, nothing retried.
import { type IncomingHttpHeaders, request as httpRequest } from "node:http";
import { buffer } from "node:stream/consumers";

export interface Question {
  url: string;
  method?: "GET" | "HEAD" | "POST" | "PUT";
  headers?: Record<string, string>;
  payload?: Buffer | string;
}

export interface Answer {
  status: number;
  headers: IncomingHttpHeaders;
  bytes: Buffer;
  text: string;
  /** The body, which must be JSON. */
  json(): Record<string, unknown>;
}

export const asksForJson = { accept: "application/json" };

export function ask(base: string, question: Question): Promise<Answer> {
  const { url, method = "GET", headers, payload } = question;
  return new Promise((resolve, reject) => {
    const request = httpRequest(base + url, { method, headers, agent: false }, (response) => {
      buffer(response).then((bytes) => {
        const text = bytes.toString();
        resolve({
          status: response.statusCode ?? 0,
          headers: response.headers,
          bytes,
          text,
          json: () => JSON.parse(text) as Record<string, unknown>,
        });
      }, reject);
    });
    request.on("error", reject);
    request.end(payload);
  });
}

export interface Part {
  field: string;
  /** Makes it a file. */
  filename?: string;
  content: Buffer | string;
}

/** The upload form filled in, as browsers send it. */
export function uploadForm(parts: Part[], headers: Record<string, string> = {}): Question {
  const boundary = "----form";
  const body = parts.flatMap(({ field, filename, content }) => [
    `--${boundary}\r\nContent-Disposition: form-data; name="${field}"`,
    filename === undefined ? "" : `; filename="${filename}"\r\nContent-Type: image/jpeg`,
    "\r\n\r\n",
    content,
    "\r\n",
  ]);
  return {
    method: "POST",
    url: "/",
    headers: { "content-type": `multipart/form-data; boundary=${boundary}`, ...headers },
    payload: Buffer.concat([...body, `--${boundary}--\r\n`].map((part) => Buffer.from(part))),
  };
}

/** The id in the address of a prediction's page. */
export const idOf = (location: unknown) => String(location).split("/")[2] ?? "";
