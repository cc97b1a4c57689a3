// Where people reach an endpoint.
import type { Config, EndpointName } from "./config";
import type { Port } from "./services/service-spec";

export type PublicAddress = Pick<Config, "ports" | "tls" | "domain">;

/** What people's browsers call the host. */
export function publicHost({ domain, tls }: Pick<Config, "domain" | "tls">, address: string) {
  if (domain !== "") return domain;
  // A public authority certifies names only.
  return tls === "acme" ? nameAtChameleon(address) : address;
}

/** The name that KVM@TACC's name servers have for each of its floating IPs. */
const nameAtChameleon = (address: string) =>
  `kvm-dyn-${address.split(".").join("-")}.tacc.chameleoncloud.org`;

/** @param address of the host, for where the configuration names no domain */
export function publicUrlOf(
  { name, protocol }: Pick<Port, "name" | "protocol">,
  config: PublicAddress,
  address: string,
): string {
  return `${scheme(protocol, config)}://${publicHost(config, address)}:${portOf(name, config)}`;
}

const portOf = (name: EndpointName, { ports }: PublicAddress) => ports[name];

const scheme = (protocol: Port["protocol"], { tls }: PublicAddress) =>
  protocol === "http" && tls !== "off" ? "https" : protocol;
