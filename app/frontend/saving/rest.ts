// Work that waits together until one timer fires.

export class Rest<Job> {
  private jobs: Job[] = [];
  private timer: NodeJS.Timeout | undefined;

  /** @param wake is given all that waited, in the order in which it is to be tried */
  constructor(private readonly wake: (jobs: Job[]) => void) {}

  /** Adds a job after those that wait. `seconds` is asked if it is the first one: it starts the timer. */
  add(job: Job, seconds: () => number): void {
    this.jobs.push(job);
    this.timer ??= setTimeout(() => this.end(), seconds() * 1000);
  }

  /** Adds jobs before those that wait. */
  addFirst(jobs: readonly Job[]): void {
    this.jobs.unshift(...jobs);
  }

  /** The timer never fires; nothing may be added afterwards. */
  stop(): void {
    clearTimeout(this.timer);
  }

  private end(): void {
    const jobs = this.jobs;
    this.jobs = [];
    this.timer = undefined;
    this.wake(jobs);
  }
}
