// What a spec may put into an environment variable: plain values, and references that infra/runtime resolves.
import type { EndpointName } from "../config";

/** A secret by its credential and field, such as `{ secret: "object-store-root.password" }`. */
export interface SecretRef {
  secret: `${string}.${"user" | "password"}`;
}

/** The address of a service as other containers reach it, such as `{ url: "inference" }`. */
export interface UrlRef {
  url: string;
}

/** The address of an endpoint as people's browsers reach it, such as `{ publicUrl: "airflow" }`. */
export interface PublicUrlRef {
  publicUrl: EndpointName;
}

/** What people's browsers call the host: an address, or the name in key `domain`. */
export interface HostAddressRef {
  hostAddress: true;
}

export type Reference = SecretRef | UrlRef | PublicUrlRef | HostAddressRef;

/** A value that reaches the container as JSON, once the references anywhere in it are resolved. */
export interface JsonValue {
  json: JsonPart;
}

export type JsonPart =
  | string
  | number
  | boolean
  | null
  | Reference
  | readonly JsonPart[]
  | { readonly [field: string]: JsonPart };

export type EnvValue = string | number | Reference | JsonValue;

export const secret = (name: SecretRef["secret"]): SecretRef => ({ secret: name });
export const url = (service: string): UrlRef => ({ url: service });
export const publicUrl = (endpoint: EndpointName): PublicUrlRef => ({ publicUrl: endpoint });
export const hostAddress = (): HostAddressRef => ({ hostAddress: true });
export const json = (value: JsonPart): JsonValue => ({ json: value });

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null;
const isJson = (value: EnvValue): value is JsonValue => isObject(value) && "json" in value;

export const isReference = (value: unknown): value is Reference =>
  isObject(value) &&
  ["secret", "url", "publicUrl", "hostAddress"].some(
    (kind) => kind in value && Object.keys(value).length === 1,
  );
export const isSecretRef = (value: Reference): value is SecretRef => "secret" in value;

/** All references in a value, however deep. */
export function referencesIn(value: EnvValue | JsonPart): Reference[] {
  if (isReference(value)) return [value];
  if (!isObject(value)) return [];
  return Object.values(value).flatMap((part) => referencesIn(part));
}

/** The text that the container gets, given what each reference stands for. */
export function textOf(value: EnvValue, resolve: (reference: Reference) => string): string {
  if (isReference(value)) return resolve(value);
  if (isJson(value)) return JSON.stringify(resolved(value.json, resolve));
  return String(value);
}

function resolved(part: JsonPart, resolve: (reference: Reference) => string): unknown {
  if (isReference(part)) return resolve(part);
  if (Array.isArray(part)) return part.map((one: JsonPart) => resolved(one, resolve));
  if (!isObject(part)) return part;
  return Object.fromEntries(
    Object.entries(part).map(([field, one]) => [field, resolved(one, resolve)]),
  );
}
