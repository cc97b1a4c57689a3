// Who may reach which port of a server in a cloud: what the stack publishes, and the way in for administrators.
import { type Config, acmePorts } from "../config";
import { type AccessName, everybody } from "../config-openstack";
import type { Catalogue } from "../services/catalogue";

export interface AccessRule {
  /** Identity in the stack: another one is another rule. */
  name: string;
  /** For people. */
  what: string;
  port: number;
  cidr: string;
}

type AccessConfig = Pick<Config, "ports" | "tls" | "ssh" | "allowedCidrs">;

/** A rule for each published port and each network that may reach it; nothing else is open. */
export function accessRules(catalogue: Catalogue, config: AccessConfig): AccessRule[] {
  const published = catalogue.flatMap((spec) =>
    spec.kind === "service" ? (spec.published ?? []).map(({ host }) => host) : [],
  );
  return [
    ...rules("ssh", config.ssh.port, config.allowedCidrs.ssh),
    ...published.flatMap((port) => {
      const endpoint = endpointAt(port, config);
      if (endpoint !== undefined) return rules(endpoint, port, config.allowedCidrs[endpoint]);
      // From wherever the authority asks, which it doesn't tell.
      if (config.tls === "acme" && acmePorts.indexOf(port) >= 0)
        return rules(`acme-${port}`, port, [everybody]);
      throw new Error(`port ${port} is published, and no endpoint says for whom`);
    }),
  ];
}

const endpointAt = (port: number, { ports }: AccessConfig) =>
  (Object.keys(ports) as (keyof Config["ports"])[]).find((name) => ports[name] === port);

const rules = (
  what: AccessName | `acme-${number}`,
  port: number,
  cidrs: readonly string[] = [],
): AccessRule[] =>
  cidrs.map((cidr) => ({ name: `${what}-from-${cidr.replace("/", "-")}`, what, port, cidr }));
