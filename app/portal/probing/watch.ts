// Looks after all services at once, each on its own, so that one that hangs holds up no other. Visitors read what
// is known; they never cause a question.
import { setTimeout as sleep } from "node:timers/promises";
import { type Finding, type Health, healthAfter, type Patience, unseen } from "./health";
import type { Probe } from "./probe";

export interface Watched {
  name: string;
  healthUrl?: string | undefined;
}

export interface WatchOptions {
  probe: Probe;
  everySeconds: number;
  patience: Patience;
}

/** Told of each question's outcome, and of what was known before and is known now. */
export type Listener = (
  name: string,
  finding: Finding,
  change: { before: Health; after: Health },
) => void;

const SOON_SECONDS = 2;

export class Watch {
  private readonly lookingSince = new Date();
  private readonly known = new Map<string, Health>();
  private readonly stopping = new AbortController();
  private readonly listeners: Listener[] = [];
  private rounds: Promise<void>[] = [];

  constructor(
    private readonly services: readonly Watched[],
    private readonly options: WatchOptions,
  ) {
    for (const { name } of services) this.known.set(name, unseen(this.lookingSince));
  }

  /** The services that are asked. */
  get names(): string[] {
    return this.services.flatMap(({ name, healthUrl }) => (healthUrl === undefined ? [] : name));
  }

  onFinding(listener: Listener): void {
    this.listeners.push(listener);
  }

  start(): void {
    this.rounds = this.services.map((service) => this.lookAfter(service));
  }

  async stop(): Promise<void> {
    this.stopping.abort();
    await Promise.all(this.rounds);
  }

  healthOf(name: string): Health {
    return this.known.get(name) ?? unseen(this.lookingSince);
  }

  /** Whether every service was asked lately. */
  isAwake(now: Date, longestSeconds: number): boolean {
    return this.names.every((name) => {
      const { checkedAt = this.lookingSince } = this.healthOf(name);
      return now.getTime() - checkedAt.getTime() < longestSeconds * 1000;
    });
  }

  private async lookAfter({ name, healthUrl }: Watched): Promise<void> {
    const { signal } = this.stopping;
    while (healthUrl !== undefined && !signal.aborted) {
      const began = performance.now();
      this.note(name, await this.options.probe(healthUrl, signal));
      // From start to start, so that slow answers don't make questions rarer.
      const rest = this.pauseSeconds(name) * 1000 - (performance.now() - began);
      await sleep(Math.max(0, rest), undefined, { signal }).catch(() => undefined);
    }
  }

  /** What isn't settled is looked at again soon: a service that comes up, and one that missed an answer. */
  private pauseSeconds(name: string): number {
    const { state, misses } = this.healthOf(name);
    const isSettled = state === "unhealthy" || (state === "healthy" && misses === 0);
    const { everySeconds } = this.options;
    return isSettled ? everySeconds : Math.min(everySeconds, SOON_SECONDS);
  }

  private note(name: string, finding: Finding): void {
    if (this.stopping.signal.aborted) return;
    const { patience } = this.options;
    const before = this.healthOf(name);
    const context = { patience, lookingSince: this.lookingSince };
    const after = healthAfter(before, finding, new Date(), context);
    this.known.set(name, after);
    for (const listener of this.listeners) listener(name, finding, { before, after });
  }
}
