// Reads raw configuration key by key, notes problems instead of throwing, and remembers which keys it knows.

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
    if (typeof given !== "object" || given === null || Array.isArray(given)) {
      const allowed = `an object with any of the fields ${fields}`;
      this.wrong(key, shown(given), allowed, `${key}.${Object.keys(fallback)[0]}`);
      return fallback;
    }
    const result: Record<string, number> = { ...fallback };
    for (const [field, value] of Object.entries(given)) {
      if (field in fallback)
        result[field] = this.toInteger(`${key}.${field}`, String(value), bounds) ?? result[field]!;
      else this.problems.push(`${key}.${field}: no such field; allowed are ${fields}`);
    }
    return result as T;
  }

  /** A JSON array of distinct values. */
  listOf<T extends string>(
    key: string,
    allowed: readonly T[],
    { fallback }: { fallback: T[] },
  ): T[] {
    const given = this.json(key);
    if (given === undefined) return fallback;
    const isAllowed = (value: unknown): value is T => allowed.some((known) => known === value);
    if (Array.isArray(given) && given.every(isAllowed)) return [...new Set(given)];
    this.wrong(key, shown(given), `a list of ${allowed.join(", ")}`, `${key}[0]`);
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

const shown = (value: unknown) => (typeof value === "string" ? value : JSON.stringify(value));
