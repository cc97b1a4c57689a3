// Somebody who uses GourmetGram over HTTP, as a browser or a program does: keeps cookies, so that the frontend knows
// again whose photos are whose.
import { readFileSync } from "node:fs";
import { basename } from "node:path";
import type { FeedbackKind, Prediction } from "@feedback-loop/contract";

/** The frontend's answer to a photo that it took. */
export interface Accepted {
  id: string;
  prediction: Prediction;
  saved: boolean;
}

export interface Said {
  kind: FeedbackKind;
  classIndex?: number;
}

/** Longer than the frontend itself waits for anything. */
const timeoutSeconds = 40;

export class Person {
  private readonly cookies = new Map<string, string>();

  /** @param url of the frontend, asked for before each request: a process that restarts may have another port */
  constructor(private readonly url: () => string) {}

  /** Uploads; throws when the frontend doesn't accept the photo. */
  async upload(photo: string): Promise<Accepted> {
    const response = await this.post(basename(photo), readFileSync(photo));
    if (response.status !== 201)
      throw new Error(`upload of ${photo}: ${response.status} ${await response.text()}`);
    return (await response.json()) as Accepted;
  }

  /** Sends a file as a photo, whatever it is. */
  post(fileName: string, content: Buffer | Blob): Promise<Response> {
    const form = new FormData();
    const file =
      content instanceof Blob
        ? content
        : new Blob([new Uint8Array(content)], { type: "image/jpeg" });
    form.set("photo", file, fileName);
    return this.send("/", { method: "POST", body: form });
  }

  feedback(predictionId: string, said: Said): Promise<Response> {
    return this.send(`/predictions/${predictionId}/feedback`, {
      method: "POST",
      body: JSON.stringify(said),
      headers: { "content-type": "application/json" },
    });
  }

  /** Asks for JSON. */
  get(path: string): Promise<Response> {
    return this.send(path, {});
  }

  private async send(path: string, init: RequestInit): Promise<Response> {
    const headers = new Headers(init.headers);
    headers.set("accept", "application/json");
    const cookies = [...this.cookies].map(([name, value]) => `${name}=${value}`);
    if (cookies.length > 0) headers.set("cookie", cookies.join("; "));
    const signal = AbortSignal.timeout(timeoutSeconds * 1000);
    const response = await fetch(new URL(path, this.url()), { ...init, headers, signal });
    for (const cookie of response.headers.getSetCookie()) this.keep(cookie);
    return response;
  }

  private keep(cookie: string): void {
    const [pair = ""] = cookie.split(";");
    const [name = "", ...value] = pair.split("=");
    this.cookies.set(name.trim(), value.join("="));
  }
}
