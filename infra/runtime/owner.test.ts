import { makerOf, ownerPrefix } from "./owner";

it.each([
  ["laptop:/work/my clone#0a1b2c3d", { host: "laptop", clone: "/work/my clone" }],
  [`${ownerPrefix({ host: "h", clone: "/c" })}00`, { host: "h", clone: "/c" }],
  // Labels of deployments before states had owners.
  ["/work/main", { host: undefined, clone: "/work/main" }],
])("the maker of %s", (owner, maker) => expect(makerOf(owner)).toEqual(maker));
