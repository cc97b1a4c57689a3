// What a registry has of our own images, and what it means when it doesn't say.
import { BlockList, isIPv4 } from "node:net";
import { type Result, run } from "../processes";

export type Answer = { kind: "there" } | { kind: "missing" } | { kind: "problem"; words: string };

const answerTimeoutSeconds = 30;

/** Asks the registry for an image, as who this user is logged in there. */
export async function ask(image: string): Promise<Answer> {
  const trust = (await trustsPlainHttp(hostOf(image))) ? ["--insecure"] : [];
  const args = ["manifest", "inspect", ...trust, image];
  return answerOf(image, await run("docker", args, { timeoutSeconds: answerTimeoutSeconds }));
}

type Ended = Pick<Result, "exitCode" | "stderr">;

/** Pure: what `docker manifest inspect` says. */
export function answerOf(image: string, { exitCode, stderr }: Ended): Answer {
  if (exitCode === 0) return { kind: "there" };
  if (/no such manifest|manifest unknown|name unknown/i.test(stderr)) return { kind: "missing" };
  return { kind: "problem", words: registryProblem(image, stderr) };
}

/** What is wrong between this machine and a registry, and what to do about it, from what the client said. */
export function registryProblem(image: string, stderr: string): string {
  const host = hostOf(image);
  const last = stderr.trim().split("\n").at(-1) ?? "";
  const said = last.replace(/^.*error pinging v2 registry: /, "").trim() || "no answer";
  const here = "here and on the stack's machine";
  if (/HTTP response to HTTPS client/.test(stderr))
    return `the registry ${host} speaks plain HTTP, which Docker trusts on loopback only: give it TLS, or name it in "insecure-registries" of /etc/docker/daemon.json ${here}`;
  if (/x509|certificate/.test(stderr))
    return `Docker doesn't trust the certificate of the registry ${host} (${said}): put that of its authority into /etc/docker/certs.d/${host}/ca.crt ${here}`;
  if (/no basic auth|unauthorized|denied|forbidden|authentication required/i.test(stderr))
    return `the registry ${host} refuses ${image} (${said}): docker login ${host}, as somebody who may write there`;
  return `the registry ${host} can't be used (${said}): is it up, and is its name right? npm run pulumi -- config set imageRegistry HOST[:PORT][/PATH]`;
}

const hostOf = (image: string) => image.slice(0, image.indexOf("/"));

/** As `docker info` prints it. */
export interface RegistryConfig {
  InsecureRegistryCIDRs?: string[] | null;
  IndexConfigs?: Record<string, { Secure: boolean }> | null;
}

/** Whether the engine takes a registry without TLS: the client asks it by itself and must be told. */
async function trustsPlainHttp(host: string): Promise<boolean> {
  const { stdout } = await run("docker", ["info", "--format", "{{json .RegistryConfig}}"], {
    timeoutSeconds: answerTimeoutSeconds,
  });
  return isInsecure(host, stdout.startsWith("{") ? (JSON.parse(stdout) as RegistryConfig) : {});
}

export function isInsecure(host: string, config: RegistryConfig): boolean {
  const listed = config.IndexConfigs?.[host];
  if (listed) return !listed.Secure;
  const name = host.replace(/:\d+$/, "");
  const address = name === "localhost" ? "127.0.0.1" : name;
  if (!isIPv4(address)) return false;
  const trusted = new BlockList();
  for (const range of config.InsecureRegistryCIDRs ?? []) {
    const [network = "", bits] = range.split("/");
    if (isIPv4(network)) trusted.addSubnet(network, Number(bits));
  }
  return trusted.check(address);
}
