// Reads raw configuration key by key, notes problems instead of throwing, and remembers which keys it knows.

/** What a field may hold, as a test and in words. */
export interface FieldRule {
  holds(value: string): boolean;
  allowed: string;
}

export class ConfigReader {
  readonly problems: string[] = [];
  private readonly known = new Set<string>();

  constructor(private readonly raw: Record<string, string>) {}

  oneOf<T extends string>(key: string, allowed: readonly T[], { fallback }: { fallback: T }): T {
    const given = this.take(key);
    if (given === undefined) return fallback;
    const found = allowed.find((value) => value === given);
    if (found === undefined) this.wrong(key, given, `one of ${allowed.join(", ")}`);
    return found ?? fallback;
  }

  integer(key: string, bounds: { min: number; max: number; fallback: number }): number {
    const given = this.take(key);
    if (given === undefined) return bounds.fallback;
    return this.toInteger(key, given, bounds) ?? bounds.fallback;
  }

  /** A JSON object of integers: `fallback` names the allowed fields and their defaults. */
  integers<T extends Record<string, number>>(
    key: string,
    fallback: T,
    bounds: { min: number; max: number },
  ): T {
    const given = this.json(key);
    if (given === undefined) return fallback;
    const fields = Object.keys(fallback).join(", ");
    if (!isObject(given)) return this.noObject(key, given, fallback);
    const result: Record<string, number> = { ...fallback };
    for (const [field, value] of Object.entries(given)) {
      if (field in fallback)
        result[field] = this.toInteger(`${key}.${field}`, String(value), bounds) ?? result[field]!;
      else this.problems.push(`${key}.${field}: no such field; allowed are ${fields}`);
    }
    return result as T;
  }

  /** A JSON array of distinct values, or `auto`, which stands for the fallback. */
  listOf<T extends string>(
    key: string,
    allowed: readonly T[],
    { fallback }: { fallback: T[] },
  ): T[] {
    const given = this.json(key);
    if (given === undefined || given === "auto") return fallback;
    const isAllowed = (value: unknown): value is T => allowed.some((known) => known === value);
    if (Array.isArray(given) && given.every(isAllowed)) return [...new Set(given)];
    this.wrong(key, shown(given), `auto or a list of ${allowed.join(", ")}`, `${key}[0]`);
    return fallback;
  }

  /**
   * A JSON object of texts and whole numbers: `fallback` names the fields and their defaults, a rule says of a field
   * what is allowed, where that isn't everything.
   */
  fields<T extends Record<string, string | number>>(
    key: string,
    fallback: T,
    rules: Partial<Record<keyof T, FieldRule>>,
  ): T {
    const given = this.json(key);
    if (given === undefined) return fallback;
    const names = Object.keys(fallback).join(", ");
    if (!isObject(given)) return this.noObject(key, given, fallback);
    const result: Record<string, string | number> = { ...fallback };
    for (const [field, value] of Object.entries(given)) {
      const rule = rules[field];
      if (!(field in fallback))
        this.problems.push(`${key}.${field}: no such field; allowed are ${names}`);
      else if (value !== fallback[field] && rule?.holds(String(value)) === false)
        this.wrong(`${key}.${field}`, shown(value), rule.allowed);
      else result[field] = typeof fallback[field] === "number" ? Number(value) : String(value);
    }
    return result as T;
  }

  /** A JSON object of lists of texts, by any of these names. */
  lists<T extends string>(key: string, names: readonly T[]): Partial<Record<T, string[]>> {
    const given = this.json(key);
    if (given === undefined) return {};
    const allowed = names.join(", ");
    if (!isObject(given)) {
      this.wrong(key, shown(given), `an object of lists by ${allowed}`, `${key}.${names[0]}[0]`);
      return {};
    }
    const result: Partial<Record<T, string[]>> = {};
    for (const [name, list] of Object.entries(given)) {
      const known = names.find((candidate) => candidate === name);
      const path = `${key}.${name}`;
      if (!known) this.problems.push(`${path}: no such field; allowed are ${allowed}`);
      else if (isTextList(list)) result[known] = list;
      else this.wrong(path, shown(list), "a list of texts", `${path}[0]`);
    }
    return result;
  }

  text(key: string, rule: FieldRule, { fallback }: { fallback: string }): string {
    const given = this.take(key) ?? fallback;
    if (rule.holds(given)) return given;
    this.wrong(key, given, rule.allowed);
    return fallback;
  }

  /** `host` or `host:port`, as in the name of an image. */
  hostAndPort(key: string, { fallback }: { fallback: string }): string {
    const given = this.take(key) ?? fallback;
    if (/^[A-Za-z0-9][A-Za-z0-9.-]*(:\d{1,5})?$/.test(given)) return given;
    this.wrong(key, given, "host or host:port, with no scheme and no path");
    return fallback;
  }

  rule(holds: boolean, key: string, fix: string): void {
    if (!holds) this.problems.push(`${key}: ${fix}`);
  }

  /** Call last: reports every key that nothing has asked for. */
  unknownKeys(): void {
    for (const key of Object.keys(this.raw).filter((candidate) => !this.known.has(candidate)))
      this.problems.push(
        `${key}: no such key; allowed are ${[...this.known].sort().join(", ")}. ` +
          `Remove it with \`pulumi config rm ${key}\``,
      );
  }

  private noObject<T extends object>(key: string, given: unknown, fallback: T): T {
    const fields = Object.keys(fallback);
    const allowed = `an object with any of the fields ${fields.join(", ")}`;
    this.wrong(key, shown(given), allowed, `${key}.${fields[0]}`);
    return fallback;
  }

  private take(key: string): string | undefined {
    this.known.add(key);
    return this.raw[key];
  }

  private json(key: string): unknown {
    const given = this.take(key);
    if (given === undefined) return undefined;
    try {
      return JSON.parse(given) as unknown;
    } catch {
      return given;
    }
  }

  private toInteger(
    key: string,
    given: string,
    { min, max }: { min: number; max: number },
  ): number | undefined {
    const value = Number(given);
    if (/^-?\d+$/.test(given) && value >= min && value <= max) return value;
    this.wrong(key, given, `a whole number from ${min} to ${max}`);
    return undefined;
  }

  private wrong(key: string, given: string, allowed: string, settable = key): void {
    const target = settable === key && !key.includes(".") ? key : `--path '${settable}'`;
    this.problems.push(
      `${key}: "${given}" was given; allowed is ${allowed}. Set it with \`pulumi config set ${target} VALUE\``,
    );
  }
}

const isObject = (value: unknown): value is object =>
  typeof value === "object" && value !== null && !Array.isArray(value);

const isTextList = (value: unknown): value is string[] =>
  Array.isArray(value) && value.every((entry) => typeof entry === "string");

const shown = (value: unknown) => (typeof value === "string" ? value : JSON.stringify(value));
