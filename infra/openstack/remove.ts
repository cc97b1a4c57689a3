// Takes things out of a cloud, in an order in which nothing removed is still in use, and waits until they are gone: only then
// are their names, addresses and quota free again.
import { setTimeout as sleep } from "node:timers/promises";
import { CloudError, isGone } from "./cloud-error";
import type { Thing, ThingKind } from "./inventory";
import type { Service, Session } from "./session";

/** Ends of patience, so that tests needn't have any. */
export interface Patience {
  /** Until a server or a volume is gone: the cloud shuts the server down in peace first. */
  seconds: number;
  pauseMs: number;
}

export const usualPatience: Patience = { seconds: 300, pauseMs: 2000 };

/** First what only points to others; a volume can go once no server has it. */
const order: readonly ThingKind[] = [
  "floating IP",
  "server",
  "port",
  "security group",
  "volume",
  "key pair",
];

/**
 * Removes all of `things`; what is gone already counts as removed. Goes on after a failure, and rejects at the end with all
 * of them. Says each removal.
 */
export async function removeAll(
  session: Session,
  things: readonly Thing[],
  say: (line: string) => void,
  patience: Patience = usualPatience,
): Promise<void> {
  const failures: CloudError[] = [];
  for (const kind of order)
    for (const thing of things.filter((one) => one.kind === kind))
      try {
        await removers[kind](session, thing, patience);
        say(`removed ${inWords(thing)}`);
      } catch (error) {
        if (!(error instanceof CloudError)) throw error;
        failures.push(error);
        say(`couldn't remove ${inWords(thing)}: ${error.message}`);
      }
  const [first] = failures;
  if (first)
    throw new CloudError(
      `not everything could be removed:\n${failures.map(({ message }) => `  ${message}`).join("\n")}\nTry again.`,
      first.part,
      first.status,
    );
}

/** `server feedback-loop-chameleon (ID)`. */
export const inWords = ({ kind, name, id }: Pick<Thing, "kind" | "name" | "id">): string =>
  `${kind} ${name}${id === name ? "" : ` (${id})`}`;

type Remover = (session: Session, thing: Thing, patience: Patience) => Promise<void>;

const removers: Readonly<Record<ThingKind, Remover>> = {
  "floating IP": ({ network }, { id }) => removeOne(network, `/floatingips/${id}`),
  server: ({ compute }, thing, patience) =>
    removeSlowly(compute, `/servers/${thing.id}`, thing, patience),
  port: ({ network }, { id }) => removeOne(network, `/ports/${id}`),
  "security group": ({ network }, { id }, patience) =>
    whenUnused(() => removeOne(network, `/security-groups/${id}`), patience),
  volume: async ({ volume }, thing, patience) => {
    await detached(volume, thing, patience);
    await removeSlowly(volume, `/volumes/${thing.id}`, thing, patience);
  },
  "key pair": ({ compute }, { name }) =>
    removeOne(compute, `/os-keypairs/${encodeURIComponent(name)}`),
};

async function removeOne(service: Service, path: string): Promise<void> {
  try {
    await service.delete(path);
  } catch (error) {
    if (!isGone(error)) throw error;
  }
}

/** For what the cloud removes after it has answered. */
async function removeSlowly(
  service: Service,
  path: string,
  thing: Thing,
  patience: Patience,
): Promise<void> {
  await removeOne(service, path);
  await until(
    async () => {
      const status = await statusOf(service, path);
      return status === undefined ? true : { still: status };
    },
    patience,
    (still) =>
      new CloudError(
        `${inWords(thing)} is still there after ${patience.seconds} s, ${still}`,
        service.name,
      ),
  );
}

/** Undefined when it is gone. */
async function statusOf(service: Service, path: string): Promise<string | undefined> {
  try {
    const [body = {}] = Object.values(await service.get<Record<string, { status?: string }>>(path));
    return body.status ?? "of no status";
  } catch (error) {
    if (isGone(error)) return undefined;
    throw error;
  }
}

/** Waits until a volume is on no server; it lags behind the one that had it. */
export const detached = (
  service: Service,
  thing: Pick<Thing, "kind" | "id" | "name">,
  patience: Patience,
): Promise<void> =>
  until(
    async () => {
      const status = await statusOf(service, `/volumes/${thing.id}`);
      return status !== undefined && attachedStates.has(status) ? { still: status } : true;
    },
    patience,
    (still) =>
      new CloudError(
        `${inWords(thing)} is ${still}: detach it from its server first`,
        service.name,
      ),
  );

const attachedStates: ReadonlySet<string> = new Set([
  "in-use",
  "attaching",
  "detaching",
  "reserved",
]);

/** A port that has just been removed counts as a user of its group for a moment. */
const whenUnused = (remove: () => Promise<void>, patience: Patience): Promise<void> => {
  let refusal: CloudError | undefined;
  return until(
    async () => {
      try {
        await remove();
        return true;
      } catch (error) {
        if (!(error instanceof CloudError) || error.status !== inUse) throw error;
        refusal = error;
        return { still: error.message };
      }
    },
    { ...patience, seconds: Math.min(patience.seconds, momentSeconds) },
    () => refusal!,
  );
};

const inUse = 409;
const momentSeconds = 20;

/** Asks until the answer is true; what it is instead is told to `tooLong`. */
async function until(
  isDone: () => Promise<true | { still: string }>,
  { seconds, pauseMs }: Patience,
  tooLong: (still: string) => CloudError,
): Promise<void> {
  const deadline = Date.now() + seconds * 1000;
  for (;;) {
    const state = await isDone();
    if (state === true) return;
    if (Date.now() >= deadline) throw tooLong(state.still);
    await sleep(pauseMs);
  }
}
