// What is asked of a cloud for one stack, and what each check of it is made of.
import type { Config } from "../../infra/config";
import type { Verdict } from "../../infra/host/verdicts";
import type { CloudError, Lease, ThingKind } from "../../infra/openstack";

/** What a service told, or why it couldn't be asked. */
export type Answer<Told> = Told | CloudError;

export interface FoundFlavor {
  name: string;
  vcpus: number;
  /** MiB. */
  ram: number;
  /** GiB; 0: as the image has it. */
  disk: number;
}

export interface FoundServer {
  id: string;
  name: string;
  flavor: { id: string };
  metadata: Readonly<Record<string, string>>;
}

export interface FoundVolume {
  status: string;
  size: number;
  attachments: readonly { server_id: string }[];
}

export type CloudLimits = Readonly<Record<string, number>>;
export type NetworkQuotas = Readonly<
  Record<string, { limit: number; used: number; reserved: number }>
>;

export interface CloudFacts {
  /** Undefined: there is none. */
  flavor: Answer<FoundFlavor | undefined>;
  leases: Answer<readonly Lease[]>;
  servers: Answer<readonly FoundServer[]>;
  networks: Answer<readonly unknown[]>;
  pools: Answer<readonly unknown[]>;
  floatingIps: Answer<
    readonly { id: string; floating_ip_address: string; port_id: string | null }[]
  >;
  images: Answer<readonly { min_disk: number; min_ram: number }[]>;
  zones: Answer<readonly { zoneName: string; zoneState: { available: boolean } }[]>;
  compute: Answer<CloudLimits>;
  network: Answer<NetworkQuotas>;
  /** Undefined where the settings name none. */
  volume: Answer<FoundVolume | undefined>;
  volumeTypes: Answer<readonly { name: string }[]>;
  storage: Answer<CloudLimits>;
}

export interface CloudNeeds extends Pick<Config, "openstack" | "dataVolume" | "leaseEnd"> {
  stack: string;
  /** What the stack has already. */
  held: ReadonlySet<ThingKind>;
  /** Ids of all that it has. */
  ids: ReadonlySet<string>;
  /** Mark of what a deployment that was killed left; undefined before the first one. */
  owner: string | undefined;
  memoryMiB: number;
  freeMiB: number;
  vcpus: number;
}
export type Check = (facts: CloudFacts, needs: CloudNeeds, now: Date) => Verdict;

export const good = (check: string, words: string): Verdict => ({ check, ok: true, words });
export const bad = (check: string, words: string): Verdict => ({ check, ok: false, words });
/** For what a service didn't tell. */
export const unknown = (check: string, { message }: CloudError): Verdict => ({
  check,
  ok: undefined,
  words: message,
});

export const isFull = ({ limit, used, reserved }: NetworkQuotas[string]) =>
  limit >= 0 && used + reserved >= limit;
