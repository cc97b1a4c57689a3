import { groupsOf, strayRules } from "./stray-rules";

describe("rules that a killed run left", () => {
  it("are those in the stack's own groups that the state doesn't know", () => {
    const resources = [
      { urn: "g", type: "openstack:networking/secGroup:SecGroup", id: "g1" },
      // Begun, with nothing known of its end.
      { urn: "h", type: "openstack:networking/secGroup:SecGroup" },
      { urn: "r", type: "openstack:networking/secGroupRule:SecGroupRule", id: "r1" },
    ];
    expect(groupsOf({ resources })).toEqual(["g1"]);
    expect(strayRules([{ id: "r1" }, { id: "r2" }], { ids: new Set(["g1", "r1"]) })).toEqual([
      { id: "r2" },
    ]);
  });
});
