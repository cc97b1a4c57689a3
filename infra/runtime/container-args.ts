// From a spec to the arguments of a Docker container: pure, so that every security setting is in one place.
import type * as docker from "@pulumi/docker";
import type * as pulumi from "@pulumi/pulumi";
import { quote } from "../shell";
import {
  type ContainerSpec,
  type HealthCheck,
  type ServiceSpec,
  networks,
} from "../services/service-spec";
import { type OwnedNaming, containerLabels, engineName, labelList } from "./naming";

export interface Placement {
  naming: OwnedNaming<pulumi.Input<string>>;
  bindAddress: string;
  /** Control group that the containers are put into; empty: the engine's. */
  cgroupParent: string;
}

/**
 * The engine asks this server for names that no container has. Nothing answers there, and after a second that is
 * an answer: on networks without a way out the engine's own servers would keep whoever asks for the name of a stopped
 * service waiting for ten seconds.
 */
const noNameServer = "127.0.0.1";
const impatient = ["timeout:1", "attempts:1"];

/** Everything about a service's container but its image, environment and networks, which only exist once deployed. */
export function containerArgs(spec: ServiceSpec, placement: Placement) {
  const { naming } = placement;
  return {
    name: engineName(naming, spec.name),
    hostname: spec.name,
    command: spec.command,
    user: spec.user,
    restart: "unless-stopped",
    memory: spec.memoryMiB,
    // The same as memory: no swap, so that a limit means the same on every host.
    memorySwap: spec.memoryMiB,
    ...(placement.cgroupParent && { cgroupParent: placement.cgroupParent }),
    // As the provider writes it: "1" would be a change for ever.
    cpus: spec.cpus.toFixed(1),
    cpuShares: spec.cpuShares,
    readOnly: true,
    tmpfs: spec.tmpfs,
    init: true,
    capabilities: { drops: ["ALL"] },
    securityOpts: ["no-new-privileges:true"],
    ...(hasWayOut(spec) ? {} : { dns: [noNameServer], dnsOpts: impatient }),
    ports: (spec.published ?? []).map(({ host, container }) => ({
      internal: container,
      external: host,
      ip: placement.bindAddress,
    })),
    healthcheck: healthcheck(spec.health),
    logDriver: "json-file",
    logOpts: { "max-size": "10m", "max-file": "3" },
    labels: labelList(containerLabels(naming, spec.name)),
    destroyGraceSeconds: spec.stopGraceSeconds,
    stopTimeout: spec.stopGraceSeconds,
  } satisfies Partial<docker.ContainerArgs>;
}

export interface JobPlacement {
  naming: OwnedNaming<string>;
  imageId: string;
  /** Names of the networks on the engine. */
  networks: readonly string[];
  cgroupParent: string;
  /** What follows the environment and an empty line on standard input is the container's own, which may write it down. */
  takesInput?: boolean;
}

/**
 * Shell script that runs a job's container once and ends with its exit code. Its environment comes on standard
 * input, where neither process lists nor logs show it.
 */
export function jobScript(
  spec: ContainerSpec,
  { naming, imageId, networks, cgroupParent, takesInput = false }: JobPlacement,
): string {
  const name = quote(engineName(naming, spec.name));
  const [firstNetwork, ...otherNetworks] = networks;
  const options = [
    `--name ${name}`,
    `--network ${quote(firstNetwork ?? "none")}`,
    `--memory ${spec.memoryMiB}m --memory-swap ${spec.memoryMiB}m --cpus ${spec.cpus} --cpu-shares ${spec.cpuShares}`,
    `--pids-limit ${spec.pidsLimit} --dns ${noNameServer} ${impatient.map((option) => `--dns-option ${option}`).join(" ")}`,
    ...(cgroupParent ? [`--cgroup-parent ${quote(cgroupParent)}`] : []),
    takesInput ? "--interactive --log-driver none" : "--read-only",
    "--init --cap-drop ALL --security-opt no-new-privileges:true",
    ...Object.entries(spec.tmpfs).map(
      ([path, settings]) => `--tmpfs ${quote(`${path}:${settings}`)}`,
    ),
    ...(spec.user ? [`--user ${quote(spec.user)}`] : []),
    ...Object.entries(containerLabels(naming, spec.name)).map(
      ([label, value]) => `--label ${quote(`${label}=${value}`)}`,
    ),
    "--env-file /dev/stdin",
  ];
  const command = (spec.command ?? []).map(quote).join(" ");
  return [
    "set -eu",
    `remove() { docker rm --force "$1" > /dev/null 2>&1 || true; }`,
    // What an interrupted deployment left would hold the name.
    `remove ${name}`,
    // Through a pipe: where standard input is a socket, as under sshd, nothing can open /dev/stdin.
    `id=$(${takesInput ? linesUntilAnEmptyOne : "cat"} | docker create ${options.join(" \\\n  ")} \\\n  ${quote(imageId)} ${command})`,
    // By id: on another machine the script of an interrupted deployment goes on for a moment, and must not take this one.
    `trap 'remove "$id"' EXIT`,
    ...otherNetworks.map((network) => `docker network connect ${quote(network)} ${name}`),
    `docker start --attach ${takesInput ? "--interactive " : ""}${name}`,
  ].join("\n");
}

/** A shell's `read` takes no byte of what comes after the line. */
const linesUntilAnEmptyOne = `while IFS= read -r line && [ -n "$line" ]; do printf '%s\\n' "$line"; done`;

const hasWayOut = (spec: ContainerSpec) =>
  spec.networks.some((network) => "wayOut" in networks[network]);

function healthcheck(health: HealthCheck) {
  return {
    tests: ["CMD", ...health.command],
    interval: duration(health.everySeconds),
    timeout: duration(health.timeoutSeconds),
    startPeriod: duration(health.startPeriodSeconds),
    retries: health.retries,
  };
}

/** As the engine writes durations: "60s" in the state and "1m0s" on the engine would be a change for ever. */
export function duration(seconds: number): string {
  return seconds < 60 ? `${seconds}s` : `${Math.floor(seconds / 60)}m${seconds % 60}s`;
}
