import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { succeed } from "../processes";
import { keptFromGit, ownFiles } from "./own-settings";

const file = "Pulumi.chameleon.yaml";
const plain = "config:\n  feedback-loop:target: chameleon\n";
const salted = `${plain}encryptionsalt: v1:abc=\n`;

describe("settings that git tracks", () => {
  const own = (before: string[], content: string | undefined) =>
    ownFiles({ before, after: [file], contentOf: () => content });

  it("are a person's own once a stack changed them", () => {
    expect(own([], plain)).toEqual([file]);
    expect(own([file], salted)).toEqual([file]);
  });

  it("are seen while somebody edits the defaults, or when they are gone", () => {
    expect(own([file], plain)).toEqual([]);
    expect(own([], undefined)).toEqual([]);
  });
});

describe("a clone", () => {
  let clone: string;
  const git = (...args: string[]) => succeed("git", args, { cwd: clone });
  const write = (content: string) => writeFileSync(join(clone, file), content);
  const change = (content: string) => keptFromGit(() => Promise.resolve(write(content)), clone);

  beforeEach(async () => {
    clone = mkdtempSync(join(tmpdir(), "feedback-loop-settings-"));
    await git("init", "--quiet");
    write(plain);
    await git("add", file);
    const author = ["-c", "user.name=x", "-c", "user.email=x@example.org"];
    await git(...author, "commit", "--quiet", "-m", "defaults");
  });
  afterEach(() => rmSync(clone, { recursive: true }));

  it("stays clean, however often the settings change", async () => {
    await change(salted);
    await change(`${salted}#`);
    expect(await git("status", "--porcelain")).toBe("");
    expect(readFileSync(join(clone, file), "utf8")).toBe(`${salted}#`);
  });

  it("has its defaults again when the stack is removed", async () => {
    await change(salted);
    await keptFromGit(() => Promise.resolve(rmSync(join(clone, file))), clone);
    expect(readFileSync(join(clone, file), "utf8")).toBe(plain);
    expect(await git("status", "--porcelain")).toBe("");
  });

  it("shows what somebody edits by hand", async () => {
    write(`${plain}#`);
    await keptFromGit(() => Promise.resolve(), clone);
    expect(await git("status", "--porcelain")).toContain(file);
  });

  it("keeps a change that ends in a failure from git, too", async () => {
    const failing = keptFromGit(() => {
      write(salted);
      return Promise.reject(new Error("no network"));
    }, clone);
    await expect(failing).rejects.toThrow("no network");
    expect(await git("status", "--porcelain")).toBe("");
  });
});
