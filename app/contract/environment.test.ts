import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Type } from "@sinclair/typebox";
import fc from "fast-check";
import { EnvironmentError, readEnvironment, Secret, serviceSettings } from "./environment";

const schema = Type.Object({
  ...serviceSettings(8000),
  STORE_PASSWORD: Secret(),
  WORKERS: Type.Integer({ minimum: 1, maximum: 64, default: 2 }),
  RATE: Type.Number({ exclusiveMinimum: 0, default: 0.5 }),
  VERBOSE: Type.Boolean({ default: false }),
  BUCKET: Type.String({ pattern: "^[a-z]+$" }),
  REVISION: Type.Optional(Type.String()),
});
const enough = { STORE_PASSWORD: "hush", BUCKET: "models" };

function problemsOf(variables: Record<string, string>): readonly string[] {
  try {
    readEnvironment(schema, variables);
  } catch (error) {
    if (error instanceof EnvironmentError) return error.problems;
    throw error;
  }
  return [];
}

describe("readEnvironment", () => {
  it("fills in defaults, leaves out what is optional, and ignores other variables", () => {
    expect(readEnvironment(schema, { ...enough, PATH: "/bin" })).toEqual({
      PORT: 8000,
      HOST: "0.0.0.0",
      LOG_LEVEL: "info",
      STORE_PASSWORD: "hush",
      WORKERS: 2,
      RATE: 0.5,
      VERBOSE: false,
      BUCKET: "models",
    });
  });

  it("converts numbers and booleans", () => {
    const settings = readEnvironment(schema, {
      ...enough,
      PORT: "0",
      WORKERS: "4",
      RATE: "0.25",
      VERBOSE: "true",
    });
    expect(settings).toMatchObject({ PORT: 0, WORKERS: 4, RATE: 0.25, VERBOSE: true });
  });

  it("reports every problem at once, each with what was given and what is allowed", () => {
    expect(
      problemsOf({ PORT: "eighty", LOG_LEVEL: "loud", WORKERS: "0", RATE: "0", BUCKET: "A" }),
    ).toEqual([
      'PORT: given "eighty"; allowed: a whole number from 0 up to 65535',
      'LOG_LEVEL: given "loud"; allowed: one of fatal, error, warn, info, debug, trace, silent',
      "STORE_PASSWORD: not set; allowed: a text that isn't empty (or STORE_PASSWORD_FILE, the path of a file holding it)",
      'WORKERS: given "0"; allowed: a whole number from 1 up to 64',
      'RATE: given "0"; allowed: a number above 0',
      'BUCKET: given "A"; allowed: a text like ^[a-z]+$',
    ]);
  });

  it.each(["", " 3", "3.5", "0x10", "1e3", "NaN", "Infinity"])("refuses %j as a count", (text) => {
    expect(problemsOf({ ...enough, WORKERS: text })).toHaveLength(1);
  });

  it("accepts every whole number of the range and nothing else", () => {
    fc.assert(
      fc.property(fc.integer({ min: -1000, max: 1000 }), (count) => {
        const refused = problemsOf({ ...enough, WORKERS: String(count) }).length > 0;
        expect(refused).toBe(count < 1 || count > 64);
      }),
    );
  });
});

describe("secrets", () => {
  const folder = mkdtempSync(join(tmpdir(), "environment-"));
  const file = join(folder, "password");
  afterAll(() => rmSync(folder, { recursive: true }));

  it("may come from a file, whose last line end doesn't count", () => {
    writeFileSync(file, "from a file\n");
    const settings = readEnvironment(schema, { BUCKET: "models", STORE_PASSWORD_FILE: file });
    expect(settings.STORE_PASSWORD).toBe("from a file");
  });

  it("are never shown, not even when they are wrong", () => {
    writeFileSync(file, "\n");
    const [problem] = problemsOf({ BUCKET: "models", STORE_PASSWORD_FILE: file });
    expect(problem).toBe("STORE_PASSWORD: given (a secret); allowed: a text that isn't empty");
  });

  it("say which file can't be read", () => {
    const path = join(folder, "absent");
    const [problem] = problemsOf({ BUCKET: "models", STORE_PASSWORD_FILE: path });
    expect(problem).toBe(
      `STORE_PASSWORD_FILE: "${path}" can't be read (ENOENT); name a readable file`,
    );
  });

  it("can't be given twice", () => {
    expect(problemsOf({ ...enough, STORE_PASSWORD_FILE: file })).toEqual([
      "STORE_PASSWORD and STORE_PASSWORD_FILE are both set; keep one",
    ]);
  });

  it("are the only settings that come from files", () => {
    expect(problemsOf({ STORE_PASSWORD: "hush", BUCKET_FILE: file })).toHaveLength(1);
  });
});
