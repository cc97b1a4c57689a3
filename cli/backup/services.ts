// The services of a stack around a restoration: those that use the stores stop, and come back in the order of a deployment,
// with the jobs in between run again.
import { type Catalogue, type Spec, catalogue } from "../../infra/services/catalogue";
import { isSecretRef, referencesIn } from "../../infra/services/env-value";
import { CommandError } from "../command";
import { configOf } from "../deploy/stack-config";
import { type StateResource, nameOf, readState } from "../deploy/state";
import type { ContainerState } from "../engine";
import { pulumi } from "../setup/stack";
import { startBeside } from "./pipes";
import type { StackStores } from "./stack-stores";

const stores = ["postgres", "minio"];
const loginAtAStore = /^(database|object-store)-/;

/** Names of the services that have to stop: all that can log in to a store, and what this clone doesn't know. */
export function usersOfStores(running: readonly string[], specs: Catalogue): string[] {
  const bystanders = specs.filter(({ env }) => !hasLoginAtAStore(env)).map(({ name }) => name);
  return running.filter((service) => ![...stores, ...bystanders].includes(service));
}

const hasLoginAtAStore = (env: Spec["env"]): boolean =>
  Object.values(env)
    .flatMap(referencesIn)
    .some((reference) => isSecretRef(reference) && loginAtAStore.test(reference.secret));

export const catalogueOf = async (stack: string): Promise<Catalogue> =>
  catalogue(await configOf(stack));

/** The stack's own containers, by service. */
async function containersOf({ engine, stack, state }: StackStores) {
  const all = await engine.containers({ stack });
  return new Map(
    all.filter(({ id }) => state.ids.has(id)).map((found) => [found.service ?? found.name, found]),
  );
}

export async function stopUsers(stack: StackStores, specs: Catalogue): Promise<void> {
  const containers = await containersOf(stack);
  const ids = usersOfStores([...containers.keys()], specs).map(
    (service) => containers.get(service)!.id,
  );
  if (ids.length > 0) await docker(stack, "stopping the services", ["stop", ...ids]);
}

/** Runs a job again, as the last deployment ran it. */
export async function runAgain({ stack }: StackStores, name: string): Promise<void> {
  const job = (await jobCommands(stack)).get(name);
  if (!job)
    throw new CommandError(`the stack "${stack}" never ran the job ${name}: run npm start first`);
  await runJob(name, job);
}

/** Job after job is run again and service after service started, each once what it waits for is there. */
export async function startAgain(
  stack: StackStores,
  specs: Catalogue,
  say: (line: string) => void,
): Promise<void> {
  const jobs = await jobCommands(stack.stack);
  const { healthTimeoutSeconds } = await configOf(stack.stack);
  const start = async (name: string) => {
    const container = (await containersOf(stack)).get(name);
    if (!container || container.status === "running") return;
    say(`service ${name}`);
    await startHealthy(stack, container, healthTimeoutSeconds);
  };
  for (const { name } of specs) {
    const job = jobs.get(name);
    if (job) {
      say(`job ${name}`);
      await runJob(name, job);
    }
    await start(name);
  }
  // And what this clone doesn't know.
  for (const name of (await containersOf(stack)).keys()) await start(name);
}

async function startHealthy(
  stack: StackStores,
  { id, service = "" }: ContainerState,
  seconds: number,
) {
  await docker(stack, `starting ${service}`, ["start", id]);
  const deadline = Date.now() + seconds * 1000;
  for (;;) {
    const found = (await containersOf(stack)).get(service);
    if (found?.status === "running" && (found.health ?? "healthy") === "healthy") return;
    if (Date.now() > deadline)
      throw new CommandError(
        `${service} isn't healthy ${seconds} s after its start: npm run logs -- ${service} -s ${stack.stack} shows why; npm start tries it again`,
      );
    await new Promise((resolve) => setTimeout(resolve, 1000));
  }
}

async function docker({ endpoint }: StackStores, what: string, args: readonly string[]) {
  const program = startBeside(endpoint, what, ["docker", ...args]);
  program.stdin.end();
  program.stdout.resume();
  await program.ended;
}

export interface JobCommand {
  /** For a shell on this machine, wherever the engine is. */
  create: string;
  stdin: string;
  environment: Record<string, string>;
}

/** The jobs as they were run by the last deployment: script, environment and secrets are in the state. */
const jobCommands = async (stack: string): Promise<Map<string, JobCommand>> =>
  jobsIn(await pulumi(["stack", "export", "--show-secrets", "--stack", stack]));

const commandType = "command:local:Command";

export function jobsIn(exported: string): Map<string, JobCommand> {
  const ofJobs = ({ type, urn }: StateResource) =>
    type === commandType && urn.includes("feedback-loop:runtime:DockerJob$");
  return new Map(
    readState(exported)
      .resources.filter(ofJobs)
      .map(({ urn, inputs }) => {
        const { create, stdin, environment } = plain(inputs) as Partial<JobCommand>;
        return [
          nameOf(urn),
          { create: create!, stdin: stdin ?? "", environment: environment ?? {} },
        ];
      }),
  );
}

/** Marks a secret in an exported state (sdk/go/common/resource/sig). */
const secretMark = "4dabf18193072939515e22adb298388d";

/** Values of an exported state as they are, secrets too. */
function plain(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value !== "object" || value === null) return value;
  if (secretMark in value && "plaintext" in value)
    return plain(JSON.parse(value.plaintext as string));
  return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, plain(one)]));
}

async function runJob(name: string, { create, stdin, environment }: JobCommand): Promise<void> {
  const program = startBeside(undefined, `job ${name}`, ["/bin/sh", "-c", create], environment);
  program.stdin.end(stdin);
  program.stdout.resume();
  await program.ended;
}
