// From what is known of a machine to what is right and wrong with it. Pure: each check is a function over the facts.
import {
  diskFull,
  imagesMissing,
  imagesUnknown,
  dockerStopped,
  littleMemory,
  noDocker,
  noDockerRight,
  noPackages,
  oldDocker,
  oldestEngine,
  portTaken,
  registrySilent,
  wrongClock,
} from "./host-problems";
import type { Facts } from "./facts";
import type { HostNeeds } from "./host-needs";

export interface Verdict {
  check: string;
  /** Undefined: it couldn't be found out. */
  ok: boolean | undefined;
  /** What was found, or what is wrong and what to do about it. */
  words: string;
}

type Check = (facts: Facts, needs: HostNeeds, now: number) => Verdict;

/** @param now this machine's clock, seconds since 1970 */
export const verdicts = (facts: Facts, needs: HostNeeds, now: number): Verdict[] =>
  [...checks, ...(needs.ownImages.length > 0 ? [images] : [])].map((check) =>
    check(facts, needs, now),
  );

const system: Check = ({ system: found, user, cloudInit }) => ({
  check: "machine",
  ok: true,
  words: `${found ?? "unknown system"}, user ${user ?? "unknown"}${cloudInit ? `, cloud-init ${cloudInit}` : ""}`,
});

const docker: Check = (facts) => {
  const bad = (words: string): Verdict => ({ check: "docker", ok: false, words });
  const { dockerVersion, dockerClient, dockerProblem = "", user = "the user", mayBeRoot } = facts;
  if (dockerVersion !== undefined)
    return isOlder(dockerVersion, oldestEngine)
      ? bad(oldDocker(dockerVersion))
      : { check: "docker", ok: true, words: `Docker Engine ${dockerVersion}` };
  if (mayBeRoot === "yes") return withRoot(facts);
  if (dockerClient === undefined) return bad(noDocker(user));
  return bad(/permission denied/.test(dockerProblem) ? noDockerRight(user) : dockerStopped);
};

/** What a deployment puts right by itself. */
function withRoot({ dockerClient, system: found = "", dockerProblem = "" }: Facts): Verdict {
  if (dockerClient !== undefined)
    return {
      check: "docker",
      ok: true,
      words: `the deployment starts Docker, or lets the user in (now: ${dockerProblem})`,
    };
  return /debian|ubuntu/i.test(found)
    ? { check: "docker", ok: true, words: "none yet; the deployment installs it" }
    : { check: "docker", ok: false, words: noPackages };
}

const disk: Check = ({ dockerFolder = "/", freeMiB, dockerVersion, published }, needs) => {
  if (freeMiB === undefined) return unknown("disk");
  // What runs has its images already.
  const neededMiB = dockerVersion !== undefined && published !== undefined ? 1000 : needs.freeMiB;
  return Number(freeMiB) < neededMiB
    ? { check: "disk", ok: false, words: diskFull({ folder: dockerFolder, freeMiB, neededMiB }) }
    : { check: "disk", ok: true, words: `${freeMiB} MiB free in ${dockerFolder}` };
};

const memory: Check = ({ memoryMiB }, needs) => {
  if (memoryMiB === undefined) return unknown("memory");
  return Number(memoryMiB) < needs.memoryMiB
    ? { check: "memory", ok: false, words: littleMemory(memoryMiB, needs.memoryMiB) }
    : { check: "memory", ok: true, words: `${memoryMiB} MiB; ${needs.memoryMiB} are needed` };
};

const ports: Check = ({ listening, published = "" }, needs) => {
  if (listening === undefined) return unknown("ports");
  const taken = listening.split(" ").map(readListener);
  const own = publishedPorts(published);
  const clashes = Object.entries(needs.ports).filter(
    ([, port]) =>
      !own.has(port) &&
      taken.some((other) => other.port === port && overlap(other.address, needs.bindAddress)),
  );
  return clashes.length > 0
    ? {
        check: "ports",
        ok: false,
        words: clashes.map(([name, port]) => portTaken(name, port)).join("; "),
      }
    : {
        check: "ports",
        ok: true,
        words: `${Object.values(needs.ports).join(", ")} are free, or the stack's own`,
      };
};

/** From `docker ps`, which writes neighbours as one range: `127.0.0.1:8080-8081->8080-8081/tcp`. */
function publishedPorts(written: string): ReadonlySet<number> {
  const ranges = [...written.matchAll(/:(\d+)(?:-(\d+))?->/g)];
  return new Set(
    ranges.flatMap(([, first, last = first]) => {
      const count = Number(last) - Number(first) + 1;
      return Array.from({ length: count }, (_, at) => Number(first) + at);
    }),
  );
}

const everyAddress = "0.0.0.0";

/** From the kernel's way of writing: hexadecimal, an IPv4 address with its last byte first. IPv6: empty, but for all addresses. */
function readListener(written: string): { address: string; port: number } {
  const [, mapped = "", hex = "", port = ""] =
    /^(0{16}FFFF0000)?([0-9A-F]+):([0-9A-F]{4})$/.exec(written) ?? [];
  const bytes = (hex.match(/../g) ?? []).map((byte) => parseInt(byte, 16));
  const address = mapped || bytes.length === 4 ? bytes.reverse().join(".") : "";
  return { address: /^0+$/.test(hex) ? everyAddress : address, port: parseInt(port, 16) };
}

const overlap = (one: string, other: string) =>
  one === other || one === everyAddress || (one !== "" && other === everyAddress);

/** Signed requests and certificates hold for minutes; a clock that runs free is soon off by more. */
const clockToleranceSeconds = 60;

const clock: Check = ({ time }, _, now) => {
  if (time === undefined) return unknown("clock");
  const offSeconds = Math.round(Number(time) - now);
  return Math.abs(offSeconds) > clockToleranceSeconds
    ? { check: "clock", ok: false, words: wrongClock(offSeconds) }
    : { check: "clock", ok: true, words: `within ${clockToleranceSeconds} s of this machine's` };
};

const registry: Check = ({ registry: answer }, needs) => {
  if (answer === undefined) return unknown("registry");
  // One that wants a login for more answers 401 here.
  return /^(here|200|401)$/.test(answer)
    ? { check: "registry", ok: true, words: `${needs.registry} has official images` }
    : { check: "registry", ok: false, words: registrySilent(needs.registry, answer) };
};

const images: Check = ({ missingImages, imageProblem }, { ownImages, stack }) => {
  const bad = (words: string): Verdict => ({ check: "images", ok: false, words });
  if (missingImages === undefined) return unknown("images");
  if (missingImages !== "none") return bad(imagesMissing(missingImages, stack));
  if (imageProblem !== undefined) return bad(imagesUnknown(imageProblem));
  return { check: "images", ok: true, words: `all ${ownImages.length} are in their registry` };
};

const unknown = (check: string): Verdict => ({
  check,
  ok: undefined,
  words: "couldn't be found out",
});

const checks: readonly Check[] = [system, docker, disk, memory, ports, clock, registry];

function isOlder(version: string, oldest: string): boolean {
  const [major = 0, minor = 0] = version.split(".").map(Number);
  const [oldestMajor = 0, oldestMinor = 0] = oldest.split(".").map(Number);
  return major < oldestMajor || (major === oldestMajor && minor < oldestMinor);
}
