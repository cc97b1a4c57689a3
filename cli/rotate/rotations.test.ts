// Every credential of a whole stack has its row, and the documentation has the rows.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { readConfig } from "../../infra/config";
import { credentialNames } from "../../infra/credentials";
import { catalogue } from "../../infra/services/catalogue";
import { root } from "../paths";
import { rotationOf, rotationTable, rotations } from "./rotations";

const credentials = credentialNames(catalogue(readConfig({})));

describe("the table of rotations", () => {
  it("has a row for every credential", () => {
    expect(credentials.length).toBeGreaterThan(5);
    expect(credentials.filter((name) => rotationOf(name) === undefined)).toEqual([]);
  });

  it("has no row without a credential", () => {
    const used = new Set(credentials.map((name) => rotationOf(name)));
    expect(rotations.filter((rotation) => !used.has(rotation))).toEqual([]);
  });

  it("is that of the documentation", () => {
    expect(readFileSync(join(root, "docs/operations.md"), "utf8")).toContain(rotationTable());
  });
});
