// Which changes a provider makes in place; every other one replaces the resource.

/**
 * Properties that change in place, by type of resource. Docker: what the schemas of kreuzwerker/docker v4, which
 * @pulumi/docker wraps, don't mark ForceNew. Command: all but its triggers (pulumi/pulumi-command). Random: none.
 */
const inPlace: Readonly<Record<string, readonly string[]>> = {
  "docker:index/container:Container": [
    "attach",
    "containerReadRefreshTimeoutMilliseconds",
    "cpuPeriod",
    "cpuQuota",
    "cpuSet",
    "cpuShares",
    "destroyGraceSeconds",
    "deviceReadBps",
    "deviceReadIops",
    "deviceWriteBps",
    "deviceWriteIops",
    "init",
    "logs",
    "maxRetryCount",
    "memory",
    "memoryReservation",
    "memorySwap",
    "mustRun",
    "removeVolumes",
    "restart",
    "rm",
    "start",
    "tmpfs",
    "wait",
    "waitTimeout",
  ],
  "docker:index/remoteImage:RemoteImage": ["forceRemove", "keepLocally"],
};

const replacedByTriggersOnly = new Set(["command:local:Command", "command:remote:Command"]);

/** Whether a change of a property replaces the resource. Of types that nobody has described here, every change does. */
export function replaces(type: string, property: string): boolean {
  if (type.startsWith("pulumi:providers:")) return false;
  if (replacedByTriggersOnly.has(type)) return property === "triggers";
  return !(inPlace[type] ?? []).includes(property);
}
