// What people sent, and what they were told about it: the account that the stores are held against.
import { createHash } from "node:crypto";
import type { FeedbackKind } from "@feedback-loop/contract";
import { stripMetadata } from "../../../app/frontend/photos/metadata";
import { detectPhotoType } from "../../../app/frontend/photos/photo-type";
import type { Accepted, Person, Said } from "../person";

/**
 * `accepted`: the frontend said so. `refused`: it said no, or there was nobody to say anything, so nothing may be kept.
 * `lost`: no answer came, and either may be true.
 */
export type Outcome = "accepted" | "refused" | "lost";

export interface Sent {
  /** SHA-256 of the bytes that are to be kept of it. */
  keep: string;
  outcome: Outcome;
  /** Of an accepted one. */
  id?: string;
  /** HTTP status and code of the problem of a refused one. */
  refusal?: string;
}

export interface GivenFeedback {
  predictionId: string;
  outcome: Outcome;
  /** Of an accepted one. */
  row?: { id: string; predictionId: string; kind: FeedbackKind; classIndex: number | null };
  refusal?: string;
}

export const sha256 = (bytes: Buffer) => createHash("sha256").update(bytes).digest("hex");

export class Ledger {
  readonly photos: Sent[] = [];
  readonly feedback: GivenFeedback[] = [];

  /** Uploads once, whatever comes of it. Resolves with the frontend's answer if it took the photo. */
  async upload(person: Person, photo: Buffer): Promise<Accepted | undefined> {
    const type = detectPhotoType(photo);
    if (!type) throw new Error("a test sends photos only");
    const keep = sha256(stripMetadata(photo, type));
    const { outcome, body, refusal } = await outcomeOf<Accepted>(person.post("photo", photo));
    this.photos.push({ keep, outcome, refusal, id: body?.id });
    return body;
  }

  async say(person: Person, predictionId: string, said: Said): Promise<void> {
    const answer = person.feedback(predictionId, said);
    const { outcome, body, refusal } = await outcomeOf<GivenFeedback["row"]>(answer);
    this.feedback.push({ predictionId, outcome, refusal, row: body });
  }

  accepted = () => this.photos.filter(({ outcome }) => outcome === "accepted");

  /** Counts of outcomes, for a person to read. */
  summary(): string {
    const of = (entries: { outcome: Outcome; refusal?: string }[]) => {
      const counts = new Map<string, number>();
      for (const { outcome, refusal } of entries) {
        const name = refusal ?? outcome;
        counts.set(name, (counts.get(name) ?? 0) + 1);
      }
      return [...counts].map(([name, count]) => `${count} ${name}`).join(", ");
    };
    return `photos: ${of(this.photos)}; feedback: ${of(this.feedback)}`;
  }
}

interface Answer<T> {
  outcome: Outcome;
  body?: T;
  refusal?: string;
}

async function outcomeOf<T>(request: Promise<Response>): Promise<Answer<T>> {
  try {
    const response = await request;
    const body = (await response.json()) as T & { code?: string };
    if (response.status === 201) return { outcome: "accepted", body };
    return { outcome: "refused", refusal: `${response.status} ${body.code}` };
  } catch (error) {
    const { cause } = error as { cause?: { code?: string } };
    // Nobody listened, so nobody can have kept anything.
    if (cause?.code === "ECONNREFUSED") return { outcome: "refused", refusal: "no frontend" };
    return { outcome: "lost" };
  }
}
