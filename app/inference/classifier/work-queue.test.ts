import fc from "fast-check";
import { CallerGone, QueueFull } from "../errors";
import { WorkQueue } from "./work-queue";

/** A queue whose work ends when the test says so. */
function queueOf(places: number, maxWaiting: number) {
  const started: number[] = [];
  const finish = new Map<number, (error?: Error) => void>();
  const queue = new WorkQueue<number, string>({
    places,
    maxWaiting,
    run: (work) => {
      started.push(work);
      return new Promise((resolve, reject) =>
        finish.set(work, (error) => (error ? reject(error) : resolve(`done ${work}`))),
      );
    },
  });
  return { queue, started, finish: (work: number, error?: Error) => finish.get(work)?.(error) };
}

const settled = () => new Promise((resolve) => setImmediate(resolve));

describe("WorkQueue", () => {
  it("works on as many as there are places, the others in their order", async () => {
    const { queue, started, finish } = queueOf(2, 10);
    const results = [1, 2, 3, 4].map((work) => queue.submit(work));
    expect(started).toEqual([1, 2]);
    expect([queue.running, queue.waiting]).toEqual([2, 2]);
    finish(2);
    await settled();
    expect(started).toEqual([1, 2, 3]);
    for (const work of [1, 3]) finish(work);
    await settled();
    finish(4);
    expect(await Promise.all(results)).toEqual(["done 1", "done 2", "done 3", "done 4"]);
    expect([queue.running, queue.waiting]).toEqual([0, 0]);
  });

  it("turns away what exceeds the places and those that may wait", async () => {
    const { queue, started, finish } = queueOf(1, 1);
    const accepted = [queue.submit(1), queue.submit(2)];
    const refused = queue.submit(3);
    await expect(refused).rejects.toThrow(QueueFull);
    await expect(refused).rejects.toThrow("1 photos are waiting");
    finish(1);
    await settled();
    finish(2);
    await Promise.all(accepted);
    expect(started).toEqual([1, 2]);
  });

  it("passes on a failure and goes on with the next", async () => {
    const { queue, finish } = queueOf(1, 1);
    const first = queue.submit(1);
    const second = queue.submit(2);
    finish(1, new Error("broken"));
    await expect(first).rejects.toThrow("broken");
    finish(2);
    await expect(second).resolves.toBe("done 2");
  });

  it("is idle once everything accepted is done", async () => {
    const { queue, finish } = queueOf(1, 1);
    await expect(queue.idle()).resolves.toBeUndefined();
    const results = [queue.submit(1), queue.submit(2)];
    let idle = false;
    const waiting = queue.idle().then(() => (idle = true));
    finish(1);
    await settled();
    expect(idle).toBe(false);
    finish(2);
    await waiting;
    await Promise.all(results);
  });
});

describe("a caller who hangs up", () => {
  it("isn't let in any more", async () => {
    const { queue, started } = queueOf(1, 1);
    await expect(queue.submit(1, AbortSignal.abort())).rejects.toThrow(CallerGone);
    expect(started).toEqual([]);
  });

  it("leaves the queue at once and frees the place in it", async () => {
    const { queue, started, finish } = queueOf(1, 1);
    const caller = new AbortController();
    const first = queue.submit(1);
    const second = queue.submit(2, caller.signal);
    await expect(queue.submit(3)).rejects.toThrow(QueueFull);
    caller.abort();
    expect(queue.waiting).toBe(0);
    const third = queue.submit(3);
    await expect(second).rejects.toThrow(CallerGone);
    finish(1);
    await settled();
    finish(3);
    expect(await Promise.all([first, third])).toEqual(["done 1", "done 3"]);
    expect(started).toEqual([1, 3]);
  });

  it("keeps the place of running work until that is finished, and gets no result", async () => {
    const { queue, started, finish } = queueOf(1, 1);
    const caller = new AbortController();
    const first = queue.submit(1, caller.signal);
    const second = queue.submit(2);
    caller.abort();
    await settled();
    expect(queue.running).toBe(1);
    expect(started).toEqual([1]);
    finish(1);
    await expect(first).rejects.toThrow(CallerGone);
    expect(started).toEqual([1, 2]);
    finish(2);
    await second;
  });
});

describe("whatever callers do", () => {
  const step = fc.oneof(
    fc.record({ do: fc.constant("submit" as const) }),
    fc.record({ do: fc.constant("hang up" as const), which: fc.nat(40) }),
    fc.record({ do: fc.constant("finish" as const), which: fc.nat(40) }),
  );
  const sizes = fc.record({ places: fc.integer({ min: 1, max: 3 }), maxWaiting: fc.nat(5) });

  it("no more run than there are places, nothing is lost and nothing runs twice", async () => {
    await fc.assert(
      fc.asyncProperty(sizes, fc.array(step, { maxLength: 60 }), async (size, steps) => {
        const { queue, started, finish } = queueOf(size.places, size.maxWaiting);
        const callers: { hangUp: AbortController; outcome: Promise<string> }[] = [];
        const finished = new Set<number>();
        const act = {
          submit() {
            const hangUp = new AbortController();
            const submitted = queue.submit(callers.length, hangUp.signal);
            callers.push({ hangUp, outcome: submitted.catch((error: Error) => error.name) });
          },
          "hang up": (which: number) => callers[which]?.hangUp.abort(),
          finish(which: number) {
            const work = started[which];
            if (work === undefined) return;
            finished.add(work);
            finish(work);
          },
        };

        for (const action of steps) {
          if (action.do === "submit") act.submit();
          else act[action.do](action.which);
          await settled();
          expect(queue.running).toBe(started.length - finished.size);
          expect(queue.running).toBeLessThanOrEqual(size.places);
          expect(queue.waiting).toBeLessThanOrEqual(size.maxWaiting);
        }
        while (queue.running > 0) {
          for (const work of started) finish(work);
          await settled();
        }
        expect(new Set(started).size).toBe(started.length);
        for (const [work, { hangUp, outcome }] of callers.entries()) {
          const facts = { ran: started.includes(work), hungUp: hangUp.signal.aborted };
          expect(possible(work, facts)).toContain(await outcome);
        }
      }),
      { numRuns: 200 },
    );
  });

  /** What may have become of a piece of work. */
  function possible(work: number, { ran, hungUp }: { ran: boolean; hungUp: boolean }): string[] {
    if (ran) return hungUp ? [`done ${work}`, "CallerGone"] : [`done ${work}`];
    return hungUp ? ["QueueFull", "CallerGone"] : ["QueueFull"];
  }
});
