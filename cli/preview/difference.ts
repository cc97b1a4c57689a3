// What a change of the program does to a stack that is deployed: pure, from two renderings.
import { type Rendered, type Rendering, type Value, isKnownLater } from "./rendering";
import { replaces } from "./replacements";

export type Kind = "added" | "removed" | "replaced" | "changed";

export interface Difference {
  resources: ResourceChange[];
  outputs: Change[];
  unchanged: number;
}

export interface ResourceChange {
  kind: Kind;
  urn: string;
  type: string;
  name: string;
  /** Of an added or removed resource none: all of it is. */
  changes: Change[];
  /** Replaced or removed although it holds data. */
  losesData: boolean;
  /** Replaced by being deleted first, which all that uses it must let go before. */
  deletedFirst: boolean;
}

export interface Change {
  /** Such as `ports[0].external`; empty when it is about the whole resource. */
  path: string;
  /** Undefined: there was none. */
  before?: Value;
  /** Undefined: there is none any more. */
  after?: Value;
  /** The resource that brings it about, where the program's own words are the same. */
  because?: string;
  /** Whether it replaces the resource. */
  replaces: boolean;
}

export function difference(before: Rendering, after: Rendering): Difference {
  const left = new Map(before.resources.map((resource) => [resource.urn, resource]));
  const found = new Map<string, ResourceChange>();
  // In the order of registration: what a resource is made of comes before it.
  for (const resource of after.resources) {
    const urn = [resource.urn, ...resource.aliases].find((candidate) => left.has(candidate));
    const was = urn === undefined ? undefined : left.get(urn);
    if (urn !== undefined) left.delete(urn);
    found.set(resource.urn, was ? changed(was, resource, found) : whole("added", resource));
  }
  const removed = [...left.values()].map((resource) => whole("removed", resource));
  const all = byTypeAndName([...found.values(), ...removed]);
  const resources = all.filter(({ kind, changes }) => kind !== "changed" || changes.length > 0);
  return {
    resources,
    outputs: changesOf("", before.outputs, after.outputs).map((change) => ({
      ...change,
      replaces: false,
    })),
    unchanged: all.length - resources.length,
  };
}

/** The order in which things are registered differs from run to run. */
export function byTypeAndName<T extends { type: string; name: string; urn: string }>(
  resources: readonly T[],
): T[] {
  const key = ({ type, name, urn }: T) => [type, name, urn].join(" ");
  return [...resources].sort((a, b) => (key(a) < key(b) ? -1 : 1));
}

export const losesData = ({ resources }: Difference): boolean =>
  resources.some((resource) => resource.losesData);

const whole = (kind: "added" | "removed", resource: Rendered): ResourceChange => ({
  kind,
  ...identity(resource),
  changes: [],
  losesData: kind === "removed" && resource.holdsData,
  deletedFirst: false,
});

const identity = ({ urn, type, name }: Rendered) => ({ urn, type, name });

type Found = ReadonlyMap<string, ResourceChange>;

function changed(was: Rendered, is: Rendered, found: Found): ResourceChange {
  const own = changesOf("", was.properties, is.properties)
    .filter(({ path }) => !covers(is.ignoreChanges, path))
    .map((change) => ({ ...change, replaces: replacedBy(is, change.path) }));
  const changes = [...own, ...consequences(was, is, own, found), ...companions(is, found)];
  const kind = changes.some((change) => change.replaces) ? "replaced" : "changed";
  return {
    kind,
    ...identity(is),
    changes,
    losesData: kind === "replaced" && (was.holdsData || is.holdsData),
    deletedFirst: kind === "replaced" && is.deleteBeforeReplace,
  };
}

/** Values that read the same and will still be others, because what they are made of is. */
function consequences(was: Rendered, is: Rendered, own: Change[], found: Found): Change[] {
  return Object.keys(is.madeOf)
    .filter((property) => !own.some(({ path }) => topOf(path) === property))
    .filter((property) => !covers(is.ignoreChanges, property))
    .flatMap((property) => {
      const reason = renewal(property, was, is, found);
      if (!reason) return [];
      return [{ path: property, because: label(reason), replaces: replacedBy(is, property) }];
    });
}

/** The resource that makes a property another one. */
function renewal(
  property: string,
  was: Rendered,
  is: Rendered,
  found: Found,
): ResourceChange | undefined {
  const later = isKnownLater(is.properties[property] ?? null);
  const sourcesBefore = was.madeOf[property] ?? [];
  return (is.madeOf[property] ?? [])
    .flatMap((urn) => found.get(urn) ?? [])
    .find(
      (source) =>
        (source.kind === "replaced" && (later || source.deletedFirst)) ||
        (later && source.kind === "added" && !sourcesBefore.includes(source.urn)),
    );
}

/** What is replaced because another resource is, by the program's own word. */
const companions = (is: Rendered, found: Found): Change[] =>
  is.replaceWith
    .flatMap((urn) => found.get(urn) ?? [])
    .filter(({ kind }) => kind === "replaced")
    .map((resource) => ({ path: "", because: label(resource), replaces: true }));

const replacedBy = ({ type, replaceOnChanges }: Rendered, path: string): boolean =>
  covers(replaceOnChanges, path) || replaces(type, topOf(path));

const topOf = (path: string): string => path.split(/[.[]/)[0] ?? path;

/** Whether a path is one of the given, or below one. */
const covers = (paths: readonly string[], path: string): boolean =>
  paths.some(
    (given) =>
      given === "*" ||
      path === given ||
      (/^[.[]/.test(path.slice(given.length)) && path.startsWith(given)),
  );

/** `docker:index/container:Container` and a name, for people. */
export const label = ({ type, name }: { type: string; name: string }): string =>
  `${shortType(type)} ${name}`;

export const shortType = (type: string): string =>
  type.startsWith("pulumi:providers:")
    ? `provider ${type.slice("pulumi:providers:".length)}`
    : `${type.split(":")[0]} ${type.split(":").at(-1)}`;

/** Where two values differ, as deep as their structure is the same. */
function changesOf(
  path: string,
  before: Value | undefined,
  after: Value | undefined,
): Omit<Change, "replaces">[] {
  if (JSON.stringify(before) === JSON.stringify(after)) return [];
  if (isFields(before) && isFields(after))
    return [...new Set([...Object.keys(before), ...Object.keys(after)])].flatMap((key) =>
      changesOf(path === "" ? key : `${path}.${key}`, before[key], after[key]),
    );
  if (isListOfFields(before) && isListOfFields(after) && before.length === after.length)
    return before.flatMap((entry, at) => changesOf(`${path}[${at}]`, entry, after[at]));
  return [{ path, ...(before !== undefined && { before }), ...(after !== undefined && { after }) }];
}

type Fields = Record<string, Value>;

const isFields = (value: Value | undefined): value is Fields =>
  typeof value === "object" && value !== null && !Array.isArray(value);

const isListOfFields = (value: Value | undefined): value is Fields[] =>
  Array.isArray(value) && value.every(isFields);
