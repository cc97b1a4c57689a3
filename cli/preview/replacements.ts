// Which changes a provider makes in place; every other one replaces the resource.

/**
 * Properties that change in place, by type of resource. Docker: what the schemas of kreuzwerker/docker v4, which
 * @pulumi/docker wraps, don't mark ForceNew; OpenStack: the same of terraform-provider-openstack v1.54. Command: all but its
 * triggers (pulumi/pulumi-command). Random: none.
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
  "openstack:blockstorage/volume:Volume": [
    "description",
    "enableOnlineResize",
    "metadata",
    "name",
    "schedulerHints",
    "size",
  ],
  "openstack:compute/instance:Instance": [
    "flavorId",
    "flavorName",
    "forceDelete",
    "imageId",
    "imageName",
    "metadata",
    "name",
    "powerState",
    "securityGroups",
    "stopBeforeDestroy",
    "tags",
    "vendorOptions",
  ],
  "openstack:networking/floatingIp:FloatingIp": ["description", "fixedIp", "portId", "tags"],
  "openstack:networking/floatingIpAssociate:FloatingIpAssociate": ["fixedIp", "portId"],
  "openstack:networking/port:Port": [
    "adminStateUp",
    "allowedAddressPairs",
    "binding",
    "description",
    "dnsName",
    "extraDhcpOptions",
    "fixedIps",
    "name",
    "portSecurityEnabled",
    "qosPolicyId",
    "securityGroupIds",
    "tags",
  ],
  "openstack:networking/secGroup:SecGroup": ["description", "name", "tags"],
};

const replacedByTriggersOnly = new Set(["command:local:Command", "command:remote:Command"]);

/** Whether a change of a property replaces the resource. Of types that nobody has described here, every change does. */
export function replaces(type: string, property: string): boolean {
  if (type.startsWith("pulumi:providers:")) return false;
  if (replacedByTriggersOnly.has(type)) return property === "triggers";
  return !(inPlace[type] ?? []).includes(property);
}
