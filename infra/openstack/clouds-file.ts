// clouds.yaml, where people keep the way to their clouds: found and read as the Pulumi provider does (gophercloud's
// clientconfig), so that both reach the same cloud as the same user.
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import { CloudError } from "./cloud-error";

/** A user, or a project, by id or by name in a domain, as Keystone wants it. */
export interface Named {
  id?: string;
  name?: string;
  domain?: { id: string } | { name: string };
}

export type Login =
  | { type: "password"; user: Named; password: string; project: Named }
  | { type: "application credential"; id?: string; name?: string; user?: Named; secret: string }
  | { type: "token"; token: string; project?: Named };

/** One cloud of clouds.yaml. */
export interface Cloud {
  name: string;
  /** The file that it is from. */
  file: string;
  /** Keystone's address, with its version. */
  identityUrl: string;
  login: Login;
  /** Empty: the first that the catalogue has. */
  region: string;
  interface: string;
  /** File of the authority that signed the cloud's certificates; empty: the system's. */
  caFile: string;
  /** Whether certificates are checked. */
  verify: boolean;
}

export interface CloudsFile {
  path: string;
  /** By name, as they are written. */
  clouds: Readonly<Record<string, Entry>>;
}

type Entry = Readonly<Record<string, unknown>>;

/** Where clouds.yaml may be, first come first served. */
export const cloudsFilePlaces = (env: NodeJS.ProcessEnv, cwd: string, home: string): string[] => [
  ...(env["OS_CLIENT_CONFIG_FILE"] ? [env["OS_CLIENT_CONFIG_FILE"]] : []),
  ...["clouds.yaml", "clouds.yml"].flatMap((name) => besides(name, cwd, home)),
];

const besides = (name: string, cwd: string, home: string): string[] => [
  join(cwd, name),
  join(home, ".config", "openstack", name),
  join("/etc/openstack", name),
];

/** Reads clouds.yaml and what secure.yaml adds to it. */
export function cloudsFile(env: NodeJS.ProcessEnv, cwd: string, home: string): CloudsFile {
  const places = cloudsFilePlaces(env, cwd, home);
  const path = places.find((place) => existsSync(place));
  if (path === undefined)
    throw wrong(
      `there is no clouds.yaml: looked for ${places.filter((place) => !place.endsWith(".yml")).join(", ")}. ` +
        `The cloud's web interface has one to download (Identity > Application Credentials); put it to ${join(home, ".config/openstack/clouds.yaml")}`,
    );
  const secure = ["secure.yaml", "secure.yml"]
    .flatMap((name) => besides(name, cwd, home))
    .find((place) => existsSync(place));
  return { path, clouds: merged(entriesIn(path), secure ? entriesIn(secure) : {}) as Clouds };
}

type Clouds = CloudsFile["clouds"];

function entriesIn(path: string): Entry {
  let content: unknown;
  try {
    content = parse(readFileSync(path, "utf8"));
  } catch (error) {
    throw wrong(`${path} can't be read: ${(error as Error).message}`);
  }
  const clouds = isEntry(content) ? content["clouds"] : undefined;
  if (!isEntry(clouds)) throw wrong(`${path} has no clouds: it must begin with "clouds:"`);
  return clouds;
}

/** What `over` has counts; objects are merged field by field. */
function merged(under: Entry, over: Entry): Entry {
  const result: Record<string, unknown> = { ...under };
  for (const [key, value] of Object.entries(over)) {
    const below = under[key];
    result[key] = isEntry(below) && isEntry(value) ? merged(below, value) : value;
  }
  return result;
}

/** One cloud of the file, with what is needed to log in to it. Pure. */
export function cloudIn({ path, clouds }: CloudsFile, name: string): Cloud {
  const entry = clouds[name];
  if (!isEntry(entry))
    throw wrong(
      `${path} has no cloud "${name}", only ${Object.keys(clouds).join(", ") || "none at all"}: ` +
        "name one of those in openstack.cloud, or add it to the file",
    );
  const at = `${path}: cloud ${name}`;
  const auth = isEntry(entry["auth"]) ? entry["auth"] : {};
  return {
    name,
    file: path,
    identityUrl: withVersion(needed(auth, "auth_url", at)),
    login: loginOf(text(entry, "auth_type"), auth, at),
    region: text(entry, "region_name"),
    interface: (text(entry, "interface") || text(entry, "endpoint_type") || "public").replace(
      /URL$/,
      "",
    ),
    caFile: text(entry, "cacert"),
    verify: entry["verify"] !== false,
  };
}

const withVersion = (url: string) => `${url.replace(/\/+$/, "").replace(/\/v(2\.0|3)$/, "")}/v3`;

/** Names of ways to log in, as Keystone's clients write them. */
const passwordTypes = ["password", "v3password"];
const credentialTypes = ["v3applicationcredential"];
const tokenTypes = ["token", "v3token"];

function loginOf(given: string, auth: Entry, at: string): Login {
  const type = given || guessed(auth);
  if (credentialTypes.includes(type)) return credentialLogin(auth, at);
  if (passwordTypes.includes(type))
    return {
      type: "password",
      user: userIn(auth, at),
      password: needed(auth, "password", at),
      project: projectIn(auth) ?? missing("auth.project_id or auth.project_name", at),
    };
  if (tokenTypes.includes(type))
    return { type: "token", token: needed(auth, "token", at), project: projectIn(auth) };
  throw wrong(
    `${at}: auth_type is ${type}; allowed are ${[...credentialTypes, ...passwordTypes, ...tokenTypes].join(", ")}. ` +
      "Make an application credential in the cloud's web interface and use that",
  );
}

const guessed = (auth: Entry): string =>
  "application_credential_secret" in auth
    ? "v3applicationcredential"
    : "token" in auth
      ? "token"
      : "password";

function credentialLogin(auth: Entry, at: string): Login {
  const secret = needed(auth, "application_credential_secret", at);
  const id = text(auth, "application_credential_id");
  if (id !== "") return { type: "application credential", id, secret };
  const name = text(auth, "application_credential_name");
  if (name === "") return missing("auth.application_credential_id", at);
  return { type: "application credential", name, user: userIn(auth, at), secret };
}

function userIn(auth: Entry, at: string): Named {
  const id = text(auth, "user_id");
  return id === "" ? { name: needed(auth, "username", at), ...domainIn(auth, "user") } : { id };
}

function projectIn(auth: Entry): Named | undefined {
  const id = text(auth, "project_id") || text(auth, "tenant_id");
  const name = text(auth, "project_name") || text(auth, "tenant_name");
  if (id !== "") return { id };
  return name === "" ? undefined : { name, ...domainIn(auth, "project") };
}

/** Of a name; Keystone's own default is the domain with id `default`. */
function domainIn(auth: Entry, of: "user" | "project"): Pick<Named, "domain"> {
  const id = text(auth, `${of}_domain_id`) || text(auth, "domain_id");
  const name = text(auth, `${of}_domain_name`) || text(auth, "domain_name");
  if (id !== "") return { domain: { id } };
  return { domain: name === "" ? { id: "default" } : { name } };
}

function needed(entry: Entry, key: string, at: string): string {
  return text(entry, key) || missing(`auth.${key}`, at);
}

function missing(key: string, at: string): never {
  throw wrong(`${at}: ${key} is missing`);
}

/** Numbers too: a project may be called 123. */
function text(entry: Entry, key: string): string {
  const value = entry[key];
  return typeof value === "string" || typeof value === "number" ? String(value) : "";
}

const isEntry = (value: unknown): value is Entry =>
  typeof value === "object" && value !== null && !Array.isArray(value);

const wrong = (message: string) => new CloudError(message, "clouds.yaml");

/**
 * Variables that the Pulumi provider mixes into what clouds.yaml says: each fills in what the file leaves out, so that, for
 * one, an application credential meets a project's id, which Keystone refuses; the region counts before the file's.
 */
export const osCollisions = (env: NodeJS.ProcessEnv): string[] =>
  Object.keys(env)
    .filter((name) => colliding.test(name) && env[name] !== "")
    .sort();

const colliding = new RegExp(
  `^OS_(${[
    ...["AUTH_URL", "AUTH_TYPE", "TOKEN", "AUTH_TOKEN", "USERNAME", "USER_ID", "PASSWORD"],
    ...["(TENANT|PROJECT)_(ID|NAME)", "((USER|PROJECT)_)?DOMAIN_(ID|NAME)", "DEFAULT_DOMAIN"],
    ...["APPLICATION_CREDENTIAL_(ID|NAME|SECRET)", "SYSTEM_SCOPE", "REGION_NAME", "INTERFACE"],
    ...["ENDPOINT_TYPE", "CACERT", "CERT", "KEY", "INSECURE"],
  ].join("|")})$`,
);
