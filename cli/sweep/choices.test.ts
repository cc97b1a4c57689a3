import type { Thing } from "../../infra/openstack";
import { chosen, expired, similarNames } from "./choices";

const thing = (kind: Thing["kind"], over: Partial<Thing> = {}): Thing => ({
  kind,
  id: `${kind} of ${over.owner ?? "a"}`,
  name: "feedback-loop-chameleon",
  cloudName: "feedback-loop-chameleon",
  owner: "a",
  keep: false,
  ...over,
});
const keyPair = thing("key pair", { owner: undefined });
const kept = thing("volume", { keep: true, owner: "earlier" });

describe("what is swept of a stack", () => {
  it("is all of it but data that is kept on purpose", () => {
    const found = [thing("server"), keyPair, kept];
    expect(chosen(found, { volumes: false })).toEqual({
      doomed: [thing("server"), keyPair],
      kept: [kept],
    });
  });

  it("is data, too, when asked for", () => {
    expect(chosen([kept, keyPair], { volumes: true })).toEqual({
      doomed: [kept, keyPair],
      kept: [],
    });
  });

  const two = [thing("server"), thing("server", { owner: "b" }), keyPair];

  it("has to be told where two people's stacks are called the same", () => {
    expect(() => chosen(two, { volumes: false })).toThrow(
      /2 stacks(.|\n)*--owner a(.|\n)*--owner b/,
    );
    expect(() => chosen([thing("server"), kept], { volumes: true })).toThrow("--owner earlier");
  });

  it("is one owner's, and never the key pair that the other's may need", () => {
    const one = chosen(two, { volumes: false, owner: "b" }).doomed;
    expect(one).toEqual([thing("server", { owner: "b" })]);
    const last = chosen([thing("server"), keyPair], { volumes: false, owner: "a" }).doomed;
    expect(last).toEqual([thing("server"), keyPair]);
  });
});

describe("what has expired", () => {
  const now = new Date("2026-12-01T12:00Z");
  const over = { expires: "2026-12-01T11:59Z" };
  const none: ReadonlySet<string> = new Set();

  it("is what says so, with the key pair of its name", () => {
    const found = [thing("port", over), keyPair, thing("volume", { owner: "b" })];
    expect(expired(found.slice(0, 2), none, now)).toEqual(found.slice(0, 2));
    expect(expired(found, none, now)).toEqual([found[0]]);
  });

  it("is everything of its stack, also what was never told an end", () => {
    const found = [thing("port", over), thing("server")];
    expect(expired(found, none, now)).toEqual(found);
  });

  it("isn't what nobody set an end for, or whose end is to come", () => {
    expect(expired([thing("port")], none, now)).toEqual([]);
    const moved = [thing("port", over), thing("server", { expires: "2026-12-01T12:01Z" })];
    expect(expired(moved, none, now)).toEqual([]);
  });

  it("isn't what runs on a reservation that lives: its lease was prolonged", () => {
    const found = [thing("server", { ...over, flavorId: "r1" }), thing("port", over)];
    expect(expired(found, new Set(["r1"]), now)).toEqual([]);
    expect(expired(found, none, now)).toEqual(found);
  });
});

it("names that may be meant have the stack's in front", () => {
  const found = ["feedback-loop-chameleon-ann", "feedback-loop-chameleons", "feedback-loop-other"];
  const things = found.map((cloudName) => thing("port", { cloudName }));
  expect(similarNames(things, "feedback-loop-chameleon")).toEqual(["feedback-loop-chameleon-ann"]);
});
