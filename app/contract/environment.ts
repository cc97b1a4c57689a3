// Reads a service's settings from environment variables by a TypeBox schema; every problem at once.
import { readFileSync } from "node:fs";
import { type Static, type TObject, type TSchema, Type } from "@sinclair/typebox";
import { Value } from "@sinclair/typebox/value";

export type Variables = Record<string, string | undefined>;

/** A text whose value is never shown; it may also come as `NAME_FILE`, the path of a file holding it. */
export const Secret = () => Type.String({ minLength: 1, secret: true });

/** Settings that every service has; spread into the properties of its own schema. */
export const serviceSettings = (port: number) => ({
  PORT: Type.Integer({ minimum: 0, maximum: 65535, default: port }),
  HOST: Type.String({ minLength: 1, default: "0.0.0.0" }),
  LOG_LEVEL: Type.Union(
    (["fatal", "error", "warn", "info", "debug", "trace", "silent"] as const).map((level) =>
      Type.Literal(level),
    ),
    { default: "info" },
  ),
});

/** Every setting that is missing or wrong; the service can't start. */
export class EnvironmentError extends Error {
  override readonly name = "EnvironmentError";

  constructor(readonly problems: readonly string[]) {
    super(
      `the environment is not usable:\n${problems.map((problem) => `  ${problem}`).join("\n")}`,
    );
  }
}

/**
 * The settings that `schema` names, converted to its types, defaults filled in. Other variables are
 * ignored. Throws EnvironmentError with one line a problem: name, given (never for secrets), allowed.
 */
export function readEnvironment<Schema extends TObject>(
  schema: Schema,
  variables: Variables,
): Static<Schema> {
  const problems: string[] = [];
  const settings: Record<string, unknown> = {};
  for (const [name, property] of Object.entries(schema.properties)) {
    const { value, problem } = setting(name, property, variables);
    if (problem !== undefined) problems.push(problem);
    else if (value !== undefined) settings[name] = value;
    else if (schema.required?.includes(name)) problems.push(missing(name, property));
  }
  if (problems.length > 0) throw new EnvironmentError(problems);
  return Value.Decode(schema, settings);
}

/** One setting's value, or what is wrong with it; neither if it isn't set and has no default. */
function setting(
  name: string,
  property: TSchema,
  variables: Variables,
): { value?: unknown; problem?: string } {
  const { text, problem } = textOf(name, property, variables);
  if (problem !== undefined) return { problem };
  if (text === undefined) return { value: property.default };
  const value = converted(text, property);
  return Value.Check(property, value) ? { value } : { problem: wrong(name, property, text) };
}

/** The text of a variable, for a secret also from the file that `NAME_FILE` names. */
function textOf(name: string, property: TSchema, variables: Variables) {
  const text = variables[name];
  const path = property.secret === true ? variables[`${name}_FILE`] : undefined;
  if (path === undefined) return { text };
  if (text !== undefined) return { problem: `${name} and ${name}_FILE are both set; keep one` };
  try {
    return { text: readFileSync(path, "utf8").replace(/\r?\n$/, "") }; // editors add a line end
  } catch (error) {
    const cause = (error as NodeJS.ErrnoException).code ?? String(error);
    return { problem: `${name}_FILE: "${path}" can't be read (${cause}); name a readable file` };
  }
}

/** Numbers and booleans from their text; what doesn't convert stays text, which the schema refuses. */
function converted(text: string, property: TSchema): unknown {
  if (property.type === "integer" || property.type === "number") {
    return /^-?\d+(\.\d+)?$/.test(text) ? Number(text) : text;
  }
  if (property.type === "boolean" && (text === "true" || text === "false")) return text === "true";
  return text;
}

function missing(name: string, property: TSchema): string {
  const file = property.secret === true ? ` (or ${name}_FILE, the path of a file holding it)` : "";
  return `${name}: not set; allowed: ${allowed(property)}${file}`;
}

function wrong(name: string, property: TSchema, text: string): string {
  const given = property.secret === true ? "(a secret)" : JSON.stringify(text);
  return `${name}: given ${given}; allowed: ${allowed(property)}`;
}

/** A schema in words, such as "a whole number from 1 to 64" or "one of info, debug". */
function allowed(property: TSchema): string {
  if (Array.isArray(property.anyOf)) {
    return `one of ${property.anyOf.map((option: TSchema) => String(option.const)).join(", ")}`;
  }
  if (property.type === "boolean") return "true or false";
  if (property.type === "integer") return `a whole number${range(property)}`;
  if (property.type === "number") return `a number${range(property)}`;
  if (property.description !== undefined) return property.description;
  return property.pattern === undefined
    ? "a text that isn't empty"
    : `a text like ${property.pattern}`;
}

function range({ minimum, maximum, exclusiveMinimum }: TSchema): string {
  const from = minimum === undefined ? "" : ` from ${String(minimum)}`;
  const above = exclusiveMinimum === undefined ? "" : ` above ${String(exclusiveMinimum)}`;
  const to = maximum === undefined ? "" : ` up to ${String(maximum)}`;
  return from + above + to;
}
