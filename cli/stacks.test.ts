import type { StackState, StateResource } from "./deploy/state";
import { noState } from "./deploy/state";
import type { ContainerState } from "./engine";
import { knownRow, strangerRows } from "./stacks";

const container = (name: string, more: Partial<ContainerState> = {}): ContainerState => ({
  kind: "container",
  id: name,
  name,
  stack: "course",
  owner: "laptop:/clone#01",
  status: "running",
  createdAt: "2026-01-02T10:00:00Z",
  startedAt: "",
  memoryLimitBytes: 0,
  ...more,
});
const resource = (type: string, name: string, more: Partial<StateResource> = {}) => ({
  urn: `urn:pulumi:course::feedback-loop::${type}::${name}`,
  type,
  ...more,
});

describe("the list of stacks", () => {
  const state: StackState = {
    ...noState,
    owner: "laptop:/clone#01",
    resources: [
      resource("pulumi:pulumi:Stack", "s", { outputs: { expiresAt: "2026-02-01T00:00:00Z" } }),
      resource("pulumi:providers:docker", "d", { inputs: { host: "ssh://cc@a.example:22" } }),
      resource("docker:index/container:Container", "a", { created: "2026-01-02T10:00:00Z" }),
      resource("docker:index/container:Container", "b", { created: "2026-01-01T10:00:00Z" }),
    ],
  };

  it("says where, since when, until when, and how many run", () => {
    const containers = [container("a"), container("b", { status: "exited" })];
    expect(knownRow("course", state, { containers })).toEqual({
      stack: "course",
      where: "ssh://cc@a.example:22",
      state: "1 of 2 containers run",
      since: "2026-01-01T10:00:00Z",
      until: "2026-02-01T00:00:00Z",
      madeBy: "laptop:/clone",
      inState: true,
    });
  });

  it("says when nobody can tell", () => {
    const row = knownRow("course", state, { problem: "no route", containers: [] });
    expect(row.state).toBe("can't be reached: no route");
    expect(knownRow("x", noState, { containers: [] })).toEqual({
      stack: "x",
      where: "-",
      state: "not deployed",
      inState: true,
    });
  });

  it("has what runs without being in the state, by stack and owner", () => {
    const rows = strangerRows([
      container("a"),
      container("b", { createdAt: "2026-01-01T10:00:00Z" }),
      container("c", { owner: "/old" }),
    ]);
    expect(rows).toMatchObject([
      { madeBy: "laptop:/clone", state: "2 of 2 containers run", since: "2026-01-01T10:00:00Z" },
      { madeBy: "/old", state: "1 of 1 containers run", inState: false },
    ]);
  });
});
