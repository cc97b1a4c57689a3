// HTTP requests that are answered in JSON. `fetch` would copy each photo once more before sending it,
// which is what memory for uploads is short of.
import { Agent, request as httpRequest, type RequestOptions } from "node:http";
import { Agent as TlsAgent, request as httpsRequest } from "node:https";
import { text } from "node:stream/consumers";

export interface JsonAnswer {
  status: number;
  retryAfter: string | undefined;
  /** The parsed body; undefined if it isn't JSON. */
  body: unknown;
}

const plain = new Agent({ keepAlive: true });
const tls = new TlsAgent({ keepAlive: true });

export interface JsonQuestion {
  signal: AbortSignal;
  /** Sent by POST; without it the question is a GET. */
  photo?: Buffer;
  mediaType?: string;
  headers?: Record<string, string>;
}

/** Rejects if no whole answer came before `signal` was aborted. */
export function askForJson(url: string, question: JsonQuestion): Promise<JsonAnswer> {
  const { signal, photo, mediaType } = question;
  const headers = {
    accept: "application/json",
    ...(photo && { "content-type": mediaType, "content-length": photo.length }),
    ...question.headers,
  };
  const secure = url.startsWith("https:");
  const settings: RequestOptions = {
    method: photo ? "POST" : "GET",
    agent: secure ? tls : plain,
    headers,
    signal,
  };
  return new Promise((resolve, reject) => {
    const request = (secure ? httpsRequest : httpRequest)(url, settings, (response) => {
      text(response).then((body) => {
        const { statusCode = 0, headers } = response;
        resolve({ status: statusCode, retryAfter: headers["retry-after"], body: parse(body) });
      }, reject);
    });
    request.on("error", reject);
    request.end(photo);
  });
}

function parse(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return undefined;
  }
}
