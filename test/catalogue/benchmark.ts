// The runtime checks of the CIS Docker Benchmark over every container of the whole catalogue.
import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import {
  type Facts,
  type Process,
  checks,
  exceptions,
  execsWithMoreRights,
  processStatus,
} from "../support/cis-benchmark";
import { docker } from "../support/docker";
import { root } from "../support/test-stack";
import { type Whole, minutes } from "./whole-stack";

export const benchmark = (whole: () => Whole): void => {
  describe("the CIS Docker Benchmark, section 5", () => {
    const facts = new Map<string, Facts>();

    beforeAll(async () => {
      for (const [service, found] of await factsOf(whole())) facts.set(service, found);
    }, 2 * minutes);

    it("is asked of every container", () => {
      expect([...facts.keys()].sort()).toEqual(
        whole()
          .services.map(({ name }) => name)
          .sort(),
      );
      expect(facts.size).toBeGreaterThanOrEqual(12);
    });

    it.each(checks.filter(({ number }) => !exceptions.includes(number)))(
      "$number $title",
      ({ violations }) => {
        const found = [...facts].flatMap(([service, known]) =>
          violations(known).map((words) => `${service}: ${words}`),
        );
        expect(found).toEqual([]);
      },
    );

    it.each(checks.filter(({ number }) => exceptions.includes(number)))(
      "$number is an exception, and still needs to be one: $title",
      ({ violations }) => {
        for (const known of facts.values()) expect(violations(known)).not.toEqual([]);
      },
    );
  });
};

async function factsOf(whole: Whole): Promise<Map<string, Facts>> {
  const containers = await whole.containers();
  const images = await whole.stack.imageIds();
  const shared = {
    cgroupParent: whole.config.cgroupParent,
    engine: await engineFacts(),
    execsWithMoreRights: execsWithMoreRights(linesOfPrograms()),
  };
  const entries = whole.services.map(async (spec): Promise<[string, Facts]> => {
    const id = await docker("image", "inspect", "--format", "{{.Id}}", images[spec.image]!);
    const inspected = containers.get(spec.name)!;
    const processes = await processesOf(inspected.Id);
    return [spec.name, { ...shared, spec, inspected, wantedImage: id.trim(), processes }];
  });
  return new Map(await Promise.all(entries));
}

async function engineFacts(): Promise<Facts["engine"]> {
  const info = JSON.parse(await docker("info", "--format", "{{json .}}")) as {
    SecurityOptions: string[];
    Swarm: { LocalNodeState: string };
  };
  return { swarm: info.Swarm.LocalNodeState, securityOptions: info.SecurityOptions };
}

/** Those that a health check starts may be gone before they are looked at. */
async function processesOf(container: string): Promise<Process[]> {
  const [, ...lines] = (await docker("top", container, "-eo", "pid,args")).trim().split("\n");
  return lines.flatMap((line) => {
    const [, pid = "", command = ""] = /^\s*(\d+)\s+(.*)$/.exec(line) ?? [];
    try {
      return [{ command, status: processStatus(readFileSync(`/proc/${pid}/status`, "utf8")) }];
    } catch {
      return [];
    }
  });
}

/** Of all programs of ours that could run something inside a container. */
function linesOfPrograms(): string[] {
  const folders = ["app", "cli", "infra", "stacks"];
  const files = folders.flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true, encoding: "utf8" })
      .filter((name) => /\.(ts|mjs|js|py|sh)$/.test(name) && !/node_modules|\.test\.ts$/.test(name))
      .map((name) => join(root, folder, name)),
  );
  return files.flatMap((file) =>
    readFileSync(file, "utf8")
      .split("\n")
      .map((line) => line.trim()),
  );
}
