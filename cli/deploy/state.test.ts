import { noState, readState } from "./state";

describe("a stack's state", () => {
  const owner = {
    urn: "urn:pulumi:local::feedback-loop::random:index/randomId:RandomId::owner",
    type: "random:index/randomId:RandomId",
    id: "a",
    outputs: { hex: "laptop:/clone#01" },
  };
  const other = { ...owner, urn: owner.urn.replace("owner", "other"), id: "b", outputs: {} };

  it("tells what there is, what was interrupted, and whose it is", () => {
    const deployment = { resources: [other, owner], pending_operations: [{}] };
    expect(readState(JSON.stringify({ deployment }))).toEqual({
      resources: [other, owner],
      ids: new Set(["a", "b"]),
      pendingOperations: 1,
      owner: "laptop:/clone#01",
    });
  });

  it("of a stack that was never deployed is empty", () => {
    expect(readState("{}")).toEqual(noState);
  });
});
