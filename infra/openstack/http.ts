// One request to a cloud. Node's own client rather than fetch: clouds.yaml may name an authority for the certificates, which
// fetch can be told for the whole process only.
import { readFileSync } from "node:fs";
import { homedir } from "node:os";
import { request as plain } from "node:http";
import { request as secure } from "node:https";
import type { RequestOptions } from "node:https";
import { type Cloud } from "./clouds-file";
import { CloudError, type CloudPart } from "./cloud-error";

export interface Answer {
  status: number;
  headers: Readonly<Record<string, string | string[] | undefined>>;
  /** Of JSON; undefined where there is none. */
  body: unknown;
}

export interface Question {
  part: CloudPart;
  method: "GET" | "POST" | "PUT" | "DELETE";
  url: string;
  token?: string;
  body?: unknown;
}

type Trust = Pick<Cloud, "caFile" | "verify">;

/** Whole answers: a cloud that is at work takes seconds for a list. */
const timeoutSeconds = 30;

/** Resolves with whatever the cloud answers; rejects with `CloudError` when it doesn't. */
export async function ask(question: Question, trust: Trust): Promise<Answer> {
  try {
    const { status, headers, text } = await send(question, trust);
    return { status, headers, body: parsed(text) };
  } catch (error) {
    throw new CloudError(
      `no answer from the cloud's ${question.part} service at ${question.url}: ${reason(error)}. ` +
        "Check the network (a VPN?) and the address in clouds.yaml",
      question.part,
    );
  }
}

interface Received {
  status: number;
  headers: Answer["headers"];
  text: string;
}

function send({ method, url, token, body }: Question, trust: Trust): Promise<Received> {
  const sent = body === undefined ? undefined : JSON.stringify(body);
  const options: RequestOptions = {
    method,
    signal: AbortSignal.timeout(timeoutSeconds * 1000),
    // A connection that a server closes after an idle time would fail the next question.
    agent: false,
    headers: {
      accept: "application/json",
      ...(sent !== undefined && {
        "content-type": "application/json",
        "content-length": Buffer.byteLength(sent),
      }),
      ...(token !== undefined && { "x-auth-token": token }),
    },
  };
  return new Promise((resolve, reject) => {
    const { protocol } = new URL(url);
    const request =
      protocol === "https:"
        ? secure(url, { ...options, ...trustOptions(trust) })
        : plain(url, options);
    request.on("error", reject);
    request.on("response", (response) => {
      let text = "";
      response.setEncoding("utf8");
      response.on("data", (chunk: string) => (text += chunk));
      response.on("error", reject);
      response.on("end", () =>
        resolve({ status: response.statusCode ?? 0, headers: response.headers, text }),
      );
    });
    request.end(sent);
  });
}

const trustOptions = ({ caFile, verify }: Trust) => ({
  rejectUnauthorized: verify,
  ...(caFile !== "" && { ca: readFileSync(caFile.replace(/^~(?=\/)/, homedir())) }),
});

function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

function reason(error: unknown): string {
  const { name, message, code } = error as NodeJS.ErrnoException;
  if (name === "TimeoutError" || code === "ABORT_ERR") return `silent for ${timeoutSeconds} s`;
  // Of several addresses, each with its own failure, Node tells the code alone.
  return message || code || name;
}

/** What a service says of its refusal: each has a shape of its own around one text. */
export function refusalIn(body: unknown): string {
  if (typeof body !== "object" || body === null) return "";
  const entries = Object.entries(body);
  const said = entries.find(
    ([key, value]) => /^(error_)?message$/.test(key) && typeof value === "string",
  );
  if (said) return String(said[1]).trim();
  for (const [, value] of entries) {
    const inside = refusalIn(value);
    if (inside !== "") return inside;
  }
  return "";
}
