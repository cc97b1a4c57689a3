// The tables of docs/architecture.md hold what the code says: who is on which network, who reaches whom, how much memory each
// service may take, and where we differ from the CIS Docker Benchmark.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { readConfig } from "../infra/config";
import { catalogue } from "../infra/services/catalogue";
import { networks } from "../infra/services/service-spec";
import { checks, exceptions } from "./support/cis-benchmark";
import { membersByNetwork, neighbours } from "./support/reach";

const text = readFileSync(join(__dirname, "../docs/architecture.md"), "utf8");
/** Everything that a stack can have, with nothing opened that needn't be. */
const specs = catalogue(readConfig({ open: "[]" }));
/** What differs with certificates from a public authority: the gateway is on another network. */
const withAcme = catalogue(readConfig({ open: "[]", tls: "acme", domain: "loop.example.org" }));
const services = specs.filter(({ kind }) => kind === "service");

/** Cells of the rows of the one table that begins with these headings. */
function table(...headings: string[]): string[][] {
  const lines = text.split("\n");
  const at = lines.findIndex((line) => line.startsWith(`| ${headings.join(" | ")} |`));
  if (at < 0) throw new Error(`docs/architecture.md has no table | ${headings.join(" | ")} |`);
  const rows = lines.slice(at + 2);
  const end = rows.findIndex((line) => !line.startsWith("|"));
  return rows.slice(0, end < 0 ? rows.length : end).map((line) =>
    line
      .split("|")
      .slice(1, -1)
      .map((cell) => cell.trim()),
  );
}

const names = (cell: string | undefined): string[] =>
  cell === undefined || cell === "none" ? [] : cell.split(", ").sort();
const sorted = (list: readonly string[]) => [...list].sort();
const inTicks = (cell: string | undefined) => /^`(.+)`$/.exec(cell ?? "")?.[1];

describe("the architecture's tables", () => {
  it("name every network with its members, its way in and its way out", () => {
    const rows = table("network", "members", "way in", "way out");
    const found = rows.map(([network, members, wayIn, wayOut]) => [
      inTicks(network),
      names(members),
      wayIn !== "none",
      wayOut !== "none",
    ]);
    const members = new Map([...membersByNetwork(withAcme), ...membersByNetwork(specs)]);
    const wanted = [...members].map(([network, onIt]) => {
      const ways: { wayIn?: true; wayOut?: true } = networks[network];
      // What has a way out can be reached by it, too: its ports are published.
      return [network, sorted(onIt), Boolean(ways.wayIn ?? ways.wayOut), Boolean(ways.wayOut)];
    });
    expect(sortedByName(found)).toEqual(sortedByName(wanted));
  });

  it("name for every container whom it shares a network with", () => {
    const found = table("container", "reaches").map(([name, reached]) => [name, names(reached)]);
    const wanted = [...neighbours(specs)].map(([name, reached]) => [name, sorted(reached)]);
    expect(sortedByName(found)).toEqual(sortedByName(wanted));
  });

  it("keep notebooks away from everything but the stores and the gateway", () => {
    expect(sorted(neighbours(specs).get("jupyter")!)).toEqual(["gateway", "minio", "postgres"]);
  });

  it("let the frontend, Airflow's tasks and the trainer reach inference, and no notebook", () => {
    const reached = new Set(neighbours(specs).get("inference"));
    for (const name of ["frontend", "airflow-scheduler", "trainer"])
      expect(reached).toContain(name);
    expect(reached).not.toContain("jupyter");
  });

  it("name every service's memory, processes and CPU shares, and the sum of memory", () => {
    const rows = table("service", "memory, MiB", "processes", "CPU shares");
    const found = rows.map(([name, memory, processes, shares]) => [
      name,
      Number(memory),
      processes === "" ? undefined : Number(processes),
      shares === "" ? undefined : Number(shares),
    ]);
    const wanted = services.map(({ name, memoryMiB, pidsLimit, cpuShares }) => [
      name,
      memoryMiB,
      pidsLimit,
      cpuShares,
    ]);
    const sum = services.reduce((added, { memoryMiB }) => added + memoryMiB, 0);
    expect(sortedByName(found)).toEqual(
      sortedByName([...wanted, ["together", sum, undefined, undefined]]),
    );
  });

  it("name the checks of the CIS Docker Benchmark that we don't follow, each with a reason", () => {
    const rows = table("check", "title", "everywhere", "reason");
    const everywhere = rows.filter(([, , always]) => always === "yes").map(([number]) => number);
    expect(everywhere).toEqual(exceptions);
    for (const [number, title, , reason] of rows) {
      expect(title).toBe(checks.find((check) => check.number === number)?.title);
      expect(reason!.length).toBeGreaterThan(40);
    }
  });
});

type Row = readonly unknown[];
const sortedByName = (rows: readonly Row[]): Row[] =>
  [...rows].sort(([a], [b]) => String(a).localeCompare(String(b)));
