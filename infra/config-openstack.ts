// The part of the configuration that speaks of an OpenStack project: what target chameleon takes of it, who may reach the
// server, and how long it stays.
import type { EndpointName, Target } from "./config";
import type { ConfigReader, FieldRule } from "./config-reader";

export interface OpenStackSettings {
  /** Name of the cloud in clouds.yaml. */
  cloud: string;
  /** Id of a Blazar flavor reservation, which is the id of the flavor that it gives; empty where `flavor` is named. */
  reservationId: string;
  /** Name of a flavor, for clouds without reservations. */
  flavor: string;
  image: string;
  network: string;
  floatingIpPool: string;
  /** One that the project holds already; empty: one of the pool, which is given back at the end. */
  floatingIp: string;
  /** Empty: the scheduler's choice. */
  availabilityZone: string;
  /** Empty: the one beside the private key. */
  publicKeyPath: string;
  /** Another number replaces the server, which otherwise keeps the image and the set-up that it was made with. */
  generation: number;
}

/** A volume of the block storage, which outlives the server. */
export interface DataVolumeSettings {
  /** 0: none is made. */
  sizeGiB: number;
  /** Empty: the cloud's default. */
  type: string;
  /** `yes`: kept when the stack is destroyed. */
  keep: string;
  /** Of one that exists, which is never deleted. */
  id: string;
}

/** What a security group opens: an endpoint, or the way in for administrators. */
export type AccessName = EndpointName | "ssh";
/** Networks that may reach it. */
export type AllowedCidrs = Partial<Record<AccessName, string[]>>;

const defaultOpenStack: OpenStackSettings = {
  cloud: "openstack",
  reservationId: "",
  flavor: "",
  image: "CC-Ubuntu24.04",
  network: "sharednet1",
  floatingIpPool: "public",
  floatingIp: "",
  availabilityZone: "",
  publicKeyPath: "",
  generation: 1,
};

const defaultDataVolume: DataVolumeSettings = { sizeGiB: 0, type: "", keep: "yes", id: "" };

export const everybody = "0.0.0.0/0";
/** Endpoints that are for whoever runs the stack, and nobody else unless the configuration says so. */
const administrators: readonly AccessName[] = ["ssh", "inference", "objectStore", "postgres"];

const text = (pattern: RegExp, allowed: string): FieldRule => ({
  holds: (value) => pattern.test(value),
  allowed,
});
const uuid = "[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}";
const named = text(/^\S.*$/, "a name");
const namedOrEmpty = text(/^(\S.*)?$/, "a name, or nothing");
const yesOrNo = text(/^(yes|no)$/, "yes or no");
const largestGiB = 10_000;

function wholeNumber(min: number, max: number): FieldRule {
  return {
    holds: (value) => /^\d+$/.test(value) && Number(value) >= min && Number(value) <= max,
    allowed: `a whole number from ${min} to ${max}`,
  };
}

const openStackRules: Record<keyof OpenStackSettings, FieldRule> = {
  cloud: text(/^[A-Za-z0-9_][A-Za-z0-9_.-]*$/, "the name of a cloud in clouds.yaml"),
  reservationId: text(
    new RegExp(`^(${uuid})?$`),
    "a reservation's id (a UUID, which its flavor's name has behind `reservation:`; not the lease's)",
  ),
  flavor: namedOrEmpty,
  image: named,
  network: named,
  floatingIpPool: named,
  floatingIp: { holds: (value) => value === "" || isAddress(value), allowed: "an IPv4 address" },
  availabilityZone: namedOrEmpty,
  publicKeyPath: text(/^([~/].*)?$/, "a path from / or ~ on"),
  generation: wholeNumber(1, 1_000_000),
};

const dataVolumeRules: Record<keyof DataVolumeSettings, FieldRule> = {
  sizeGiB: wholeNumber(0, largestGiB),
  type: namedOrEmpty,
  keep: yesOrNo,
  id: text(new RegExp(`^(${uuid})?$`), "the id of a volume, a UUID"),
};

const suffixRule = text(/^[A-Za-z0-9-]{0,40}$/, "at most 40 letters, digits and dashes");
const leaseEndRule: FieldRule = {
  holds: (value) =>
    value === "" ||
    (/^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d)?Z$/.test(value) && !Number.isNaN(Date.parse(value))),
  allowed: "a time in UTC such as 2026-12-01T12:00Z",
};

export interface CloudConfig {
  openstack: OpenStackSettings;
  /** Complete on target chameleon, and empty elsewhere: nothing of ours is in front of those machines. */
  allowedCidrs: AllowedCidrs;
  dataVolume: DataVolumeSettings;
  /** When the reservation ends and takes the server with it; empty: unknown. */
  leaseEnd: string;
  /** Part of every name in the cloud, so that people who share a project don't meet. */
  suffix: string;
}

/** @param access everything that the stack may open */
export function cloudConfig(
  read: ConfigReader,
  { target, open, access }: { target: Target; open: readonly EndpointName[]; access: AccessName[] },
): CloudConfig {
  const given = {
    openstack: read.fields("openstack", { ...defaultOpenStack }, openStackRules),
    allowedCidrs: allowedCidrs(read, access),
    dataVolume: read.fields("dataVolume", { ...defaultDataVolume }, dataVolumeRules),
    leaseEnd: read.text("leaseEnd", leaseEndRule, { fallback: "" }),
    suffix: read.text("suffix", suffixRule, { fallback: "" }),
  };
  const { sizeGiB, id } = given.dataVolume;
  read.rule(
    sizeGiB === 0 || id === "",
    "dataVolume",
    "sizeGiB makes a volume and id names one that exists; leave one of them out",
  );
  if (target !== "chameleon") return noCloud(read, given);
  machineRules(read, given);
  return { ...given, allowedCidrs: completed(read, given.allowedCidrs, open, access) };
}

/** Other targets do nothing in a cloud: what only means something there is no setting to be silent about. */
function noCloud(read: ConfigReader, given: CloudConfig): CloudConfig {
  const only = (key: string, isUnset: boolean, instead: string) =>
    read.rule(isUnset, key, `it is for target chameleon only; ${instead}`);
  const { allowedCidrs: cidrs, dataVolume, suffix } = given;
  only("allowedCidrs", Object.keys(cidrs).length === 0, "elsewhere the machine's firewall decides");
  only(
    "dataVolume",
    dataVolume.sizeGiB === 0 && dataVolume.id === "",
    "elsewhere data is where the machine's Docker Engine keeps its volumes",
  );
  only("suffix", suffix === "", "elsewhere the stack's name is in all names");
  return given;
}

function machineRules(read: ConfigReader, { openstack }: CloudConfig): void {
  const { reservationId, flavor } = openstack;
  read.rule(
    reservationId !== "" || flavor !== "",
    "openstack.reservationId",
    "target chameleon needs a reservation: npm run lease -- create makes one; in a cloud without reservations name " +
      "a flavor: pulumi config set --path openstack.flavor NAME",
  );
  read.rule(
    reservationId === "" || flavor === "",
    "openstack.flavor",
    "the reservation has a flavor of its own; take this one out: pulumi config rm --path openstack.flavor",
  );
}

function allowedCidrs(read: ConfigReader, access: readonly AccessName[]): AllowedCidrs {
  const given = read.lists("allowedCidrs", access);
  const networks = Object.entries(given).map(([name, list]): [string, string[]] => [
    name,
    [...new Set(list.map((entry) => network(read, name, entry)))],
  ]);
  return Object.fromEntries(networks);
}

/** As OpenStack writes it: anything else would be a change for ever. */
function network(read: ConfigReader, name: string, given: string): string {
  const [address = "", bits = "32", ...rest] = given.split("/");
  const isNetwork =
    isAddress(address) && /^\d{1,2}$/.test(bits) && Number(bits) <= 32 && rest.length === 0;
  read.rule(
    isNetwork,
    `allowedCidrs.${name}`,
    `"${given}" was given; allowed are IPv4 networks such as 198.51.100.7/32 or ${everybody}`,
  );
  if (!isNetwork) return given;
  const start = networkAddress(address, Number(bits));
  read.rule(
    start === address,
    `allowedCidrs.${name}`,
    `"${given}" was given, which isn't where a network of that size starts; it is ${start}/${bits}`,
  );
  return `${start}/${Number(bits)}`;
}

const isAddress = (value: string) =>
  /^(0|[1-9]\d{0,2})(\.(0|[1-9]\d{0,2})){3}$/.test(value) &&
  value.split(".").every((byte) => Number(byte) <= 255);

function networkAddress(address: string, bits: number): string {
  const bytes = address.split(".").map(Number);
  return bytes
    .map((byte, at) => {
      const own = Math.min(8, Math.max(0, bits - 8 * at));
      return byte & (0xff << (8 - own)) & 0xff;
    })
    .join(".");
}

/** Everybody may come where students work; who may do more, a person says. */
function completed(
  read: ConfigReader,
  given: AllowedCidrs,
  open: readonly EndpointName[],
  access: readonly AccessName[],
): AllowedCidrs {
  const isAdministration = (name: AccessName) => administrators.indexOf(name) >= 0;
  const isOpen = (name: AccessName) => name === "ssh" || open.indexOf(name) >= 0;
  for (const name of access.filter(isAdministration).filter(isOpen))
    read.rule(
      (given[name] ?? []).length > 0,
      `allowedCidrs.${name}`,
      `say who may reach it, such as your own address: pulumi config set --path 'allowedCidrs.${name}[0]' ADDRESS/32 ` +
        `(${everybody} stands for the whole internet)`,
    );
  const students = access
    .filter((name) => !isAdministration(name))
    .map((name): [string, string[]] => [name, [everybody]]);
  return { ...Object.fromEntries(students), ...given };
}
