import type { Thing } from "../../infra/openstack";
import { byOwner, cloudReport } from "./in-cloud";

const marks = { cloudName: "feedback-loop-class", owner: "0a1b2c3d", keep: false };
const server: Thing = { ...marks, kind: "server", id: "s1", name: "feedback-loop-class" };
const port: Thing = { ...marks, kind: "port", id: "p1", name: "feedback-loop-class" };
const volume: Thing = { ...marks, kind: "volume", id: "v1", name: "data", keep: true };
const keyPair: Thing = {
  ...{ kind: "key pair", id: "feedback-loop-class", name: "feedback-loop-class" },
  ...{ cloudName: "feedback-loop-class", keep: false },
};
const foreign: Thing = { ...server, id: "s2", owner: "99999999" };

const state = { ids: new Set(["s1"]), owner: "laptop:/clone#0a1b2c3d" };

describe("what carries a stack's name in a cloud", () => {
  it("is the stack's when the state knows it, or made it", () =>
    expect(byOwner([server, port, volume], state)).toEqual({
      ours: [server, port, volume],
      others: [],
    }));

  it("is another's when another state made it", () =>
    expect(byOwner([server, foreign], state)).toEqual({ ours: [server], others: [foreign] }));

  it("is nobody's here when the state is lost", () => {
    const found = [server, keyPair, volume];
    expect(byOwner(found, { ids: new Set() })).toEqual({ ours: [], others: found });
  });

  it("tells whose a key pair without marks is by what else there is", () => {
    expect(byOwner([keyPair], state).ours).toEqual([keyPair]);
    expect(byOwner([keyPair, { ...volume, owner: "99999999" }], state).ours).toEqual([keyPair]);
    expect(byOwner([keyPair, foreign], state).others).toEqual([keyPair, foreign]);
    const known = { ...state, ids: new Set([keyPair.id]) };
    expect(byOwner([keyPair, foreign], known)).toEqual({ ours: [keyPair], others: [foreign] });
  });
});

describe("the end of a stack in a cloud", () => {
  const place = { cloud: "openstack", cloudName: "feedback-loop-class", hasLease: false };
  const told = { stack: "class", place, before: [server, port, volume], others: [] };

  it("says what was removed", () =>
    expect(cloudReport({ ...told, before: [server, port], after: [] })).toBe(
      `Removed, with all that was on the server:
  server feedback-loop-class (s1)
  port feedback-loop-class (p1)`,
    ));

  it("names data that was kept, with how it goes and how it is used again, and the lease", () =>
    expect(
      cloudReport({
        ...told,
        place: { ...place, hasLease: true },
        before: [volume],
        after: [volume],
      }),
    ).toBe(
      `Kept, with its data:
  volume data (v1)
  away with it:      npm run sweep -- -s class --volumes
  to use it again:   npm run pulumi -- config set --path dataVolume.id v1 -s class
The lease goes on until its end; npm run lease -- delete -s class gives it back.`,
    ));

  it("never passes over what is still there, or another's", () => {
    const words = cloudReport({ ...told, after: [port], others: [foreign] });
    expect(words).toMatch(
      /Still there, though it was removed:\n {2}port feedback-loop-class \(p1\)/,
    );
    expect(words).toMatch(
      /Left alone, of another state.*sweep -- -s class.*:\n {2}server .*\(s2\)/,
    );
  });

  it("says so where there was nothing", () =>
    expect(cloudReport({ ...told, before: [], after: [] })).toBe(
      'The state of the stack "class" has nothing in the cloud "openstack".',
    ));
});
