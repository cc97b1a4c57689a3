// The notebook for Chameleon's Jupyter as it is in git: without outputs, and with commands that there are.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { BashKernel, codeOf, readNotebook } from "./support/bash-notebook";
import { root } from "./support/test-stack";

const notebook = readNotebook(join(root, "docs/deploy-from-chameleon.ipynb"));
const { scripts } = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as {
  scripts: Record<string, string>;
};

describe("the notebook for Chameleon's Jupyter", () => {
  it("is clean: a change of it shows what somebody wrote", () => {
    expect(notebook.nbformat).toBe(4);
    expect(notebook.metadata).toEqual({
      kernelspec: { display_name: "Bash", language: "bash", name: "bash" },
      language_info: { name: "bash" },
    });
    const { cells } = notebook;
    expect(new Set(cells.map(({ id }) => id)).size).toBe(cells.length);
    const written = cells.filter(({ metadata }) => Object.keys(metadata).length > 0);
    expect(written).toEqual([]);
    const code = cells.filter(({ cell_type }) => cell_type === "code");
    expect(code.length).toBeGreaterThan(5);
    expect(code.filter(({ outputs }) => outputs?.length !== 0)).toEqual([]);
    expect(code.filter(({ execution_count }) => execution_count !== null)).toEqual([]);
  });

  it("uses commands that the project has", () => {
    const text = notebook.cells.map(({ source }) => source.join("")).join("\n");
    const named = [...text.matchAll(/npm (?:run (?:--silent )?([a-z:]+)|(start))\b/g)].map(
      ([, script, short]) => script ?? short!,
    );
    expect(named).toEqual(expect.arrayContaining(["lease", "doctor", "start", "handout"]));
    expect(named.filter((name) => !(name in scripts))).toEqual([]);
  });

  it("names its stack in each of them", () => {
    const lines = codeOf(notebook).flatMap(({ code }) => code.split("\n"));
    const commands = lines.filter((line) => line.startsWith("npm "));
    expect(commands.length).toBeGreaterThan(5);
    expect(commands.filter((line) => !line.includes(" -s chameleon"))).toEqual([]);
  });
});

describe("the shell that stands in for Jupyter's", () => {
  const kernel = new BashKernel({ cwd: root, env: process.env });
  afterAll(() => kernel.close());

  it("keeps what a cell exports, prints what it prints, and fails with its last command", async () => {
    await kernel.run("cd /tmp\nexport SAID='it'\"'\"'s'");
    expect((await kernel.run('echo "$SAID"; pwd; echo also >&2')).split("\n").sort()).toEqual([
      "",
      "/tmp",
      "also",
      "it's",
    ]);
    await expect(kernel.run("echo words; false")).rejects.toThrow("words");
    expect(await kernel.run("false\ntrue")).toBe("");
    await expect(kernel.run("read -r answer")).rejects.toThrow("ended with 1");
  });
});
