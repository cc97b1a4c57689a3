// The whole application over HTTP on a free port, with a real outbox on a real folder; the model and the
// stores are in memory.
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { FOOD_CLASSES } from "@feedback-loop/contract";
import type { FastifyInstance } from "fastify";
import sharp from "sharp";
import { type AppOptions, createApp } from "../app";
import type { Inference, PhotoAnswer } from "../inference-client";
import { createMetrics } from "../metrics";
import { Outbox } from "../saving/outbox";
import { Saver } from "../saving/saver";
import { type Answer, ask, type Part, type Question, uploadForm } from "../../web/testing/http";
import { MemoryStores } from "./memory-stores";

export interface AppSetting extends Partial<AppOptions> {
  outboxLimitBytes?: number;
}

const DEFAULTS: AppOptions = {
  logger: false,
  limits: { photoMiB: 1, uploadMemoryMiB: 4 },
  sessionSecret: "a secret of thirty-two characters",
  uploadsPerMinute: { session: 1000, address: 1000 },
  trustedProxies: [],
};

export class RunningApp {
  readonly stores = new MemoryStores();
  /** What the model does; tests put in others. */
  predict: Inference["predict"] = () => Promise.resolve(eggAnswer());
  private current: { app: FastifyInstance; base: string; outbox: Outbox; saver: Saver } | undefined;

  private constructor(readonly folder: string) {}

  static async start(setting: AppSetting = {}): Promise<RunningApp> {
    const running = new RunningApp(await mkdtemp(join(tmpdir(), "frontend-")));
    await running.begin(setting);
    return running;
  }

  /** Ends the process and begins another on the same outbox. */
  async restart(setting: AppSetting = {}): Promise<void> {
    await this.end();
    await this.begin(setting);
  }

  async stop(): Promise<void> {
    await this.end();
    await rm(this.folder, { recursive: true, force: true });
  }

  get parts() {
    if (this.current === undefined) throw new Error("the application isn't running");
    return this.current;
  }

  ask(question: string | Question): Promise<Answer> {
    return ask(this.parts.base, typeof question === "string" ? { url: question } : question);
  }

  upload(content: Buffer | string, headers: Record<string, string> = {}): Promise<Answer> {
    return this.ask(uploadForm([photoPart(content)], headers));
  }

  /** Waits until nothing is left in the outbox. */
  async allSaved(): Promise<void> {
    await eventually(() => {
      const { depth, feedbackDepth } = this.parts.outbox.state();
      return depth === 0 && feedbackDepth === 0;
    });
  }

  private async begin({ outboxLimitBytes = 2 ** 24, ...options }: AppSetting): Promise<void> {
    const { photos, log } = this.stores;
    const outbox = await Outbox.open(this.folder, outboxLimitBytes);
    const metrics = createMetrics(outbox);
    const saver = new Saver({ outbox, photos, log, events: noEvents, retrySeconds: 0.01 });
    const inference: Inference = {
      predict: (...photo) => this.predict(...photo),
      model: () => Promise.resolve(MODEL),
    };
    const stated = { photoBucket: "production", revision: "abc" };
    const parts = { inference, outbox, saver, photos, log, metrics, ...stated };
    const app = await createApp(parts, { ...DEFAULTS, ...options });
    const base = await app.listen({ host: "127.0.0.1", port: 0 });
    saver.start();
    this.current = { app, base, outbox, saver };
  }

  private async end(): Promise<void> {
    await this.current?.app.close();
    await this.current?.saver.stop();
    this.current = undefined;
  }
}

/** Keeps the session's cookie from answer to answer. */
export class Browser {
  cookie: string | undefined;

  constructor(private readonly app: RunningApp) {}

  async ask(question: string | Question): Promise<Answer> {
    const { headers, ...rest }: Question =
      typeof question === "string" ? { url: question } : question;
    const cookie: Record<string, string> = this.cookie ? { cookie: this.cookie } : {};
    const answer = await this.app.ask({ ...rest, headers: { ...cookie, ...headers } });
    const [set] = answer.headers["set-cookie"] ?? [];
    if (set !== undefined) this.cookie = set.split(";")[0];
    return answer;
  }

  upload(content: Buffer | string, headers: Record<string, string> = {}): Promise<Answer> {
    return this.ask(uploadForm([photoPart(content)], headers));
  }
}

const MODEL = {
  version: "v1",
  title: "Demonstration model",
  notice: "Often wrong.",
  classes: [...FOOD_CLASSES],
};

const noEvents = {
  saved: () => undefined,
  feedbackSaved: () => undefined,
  failed: () => undefined,
  damaged: () => undefined,
  orphaned: () => undefined,
};

export function eggAnswer(embedding: Buffer | null = null): PhotoAnswer {
  const probabilities = Object.fromEntries(
    FOOD_CLASSES.map((name, index) => [name, index === 3 ? 0.9 : 0.01]),
  );
  const answer = { prediction: "Egg", probability: 0.9, classIndex: 3, probabilities };
  return { ...answer, modelVersion: "v1", embedding };
}

export const photoPart = (content: Buffer | string): Part => ({
  field: "photo",
  filename: "egg.jpg",
  content,
});

/** A real picture; `exif` is written into it. */
export function picture(format: "jpeg" | "png" | "webp", exif?: sharp.Exif): Promise<Buffer> {
  const create = { width: 400, height: 300, channels: 3, background: "#cc9944" } as const;
  const plain = sharp({ create });
  return (exif ? plain.withExif(exif) : plain).toFormat(format).toBuffer();
}

export async function eventually(condition: () => boolean, deadlineSeconds = 10): Promise<void> {
  const end = Date.now() + deadlineSeconds * 1000;
  while (!condition()) {
    if (Date.now() > end)
      throw new Error(`not within ${deadlineSeconds} s: ${condition.toString()}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}
