// The loop on a server of its own in an OpenStack project, such as Chameleon's KVM@TACC.
import * as pulumi from "@pulumi/pulumi";
import * as random from "@pulumi/random";
import type { Config } from "../infra/config";
import { accessRules } from "../infra/host/cloud-access";
import { cloudInit } from "../infra/host/cloud-init";
import { hostNeeds } from "../infra/host/host-needs";
import { OpenStackServer } from "../infra/host/openstack";
import { publicKey } from "../infra/host/public-key";
import { SshEngine } from "../infra/host/ssh-engine";
import { leaseWarning } from "../infra/lease-end";
import { outputs, serverOutputs } from "../infra/outputs";
import { Deployment } from "../infra/runtime/deployment";
import type { Naming } from "../infra/runtime/naming";
import { stackOwner } from "../infra/runtime/owner";
import { type Catalogue, catalogue as fullCatalogue } from "../infra/services/catalogue";

export function chameleon(config: Config, naming: Naming, root: string) {
  const warning = leaseWarning(config.leaseEnd, Date.now());
  if (warning !== undefined) void pulumi.log.warn(warning);
  const catalogue = fullCatalogue(config);
  const { stack } = naming;
  // Before everything else: each thing in the cloud says whose it is.
  const owner = stackOwner(root, { provider: new random.Provider("owner-random") });
  const server = new OpenStackServer("cloud", {
    config,
    stack,
    owner,
    access: accessRules(catalogue, config),
    publicKey: publicKey(config),
    userData: cloudInit(config.ssh),
  });
  const host = engine(server, { catalogue, config, stack, root });
  const deployment = new Deployment("loop", { catalogue, config, host, naming, root, owner });
  const sources = { catalogue, config, host };
  return { ...outputs(deployment, sources), ...serverOutputs(sources, server, stack) };
}

interface Deployed {
  catalogue: Catalogue;
  config: Config;
  stack: string;
  root: string;
}

function engine(server: OpenStackServer, deployed: Deployed): SshEngine {
  const { catalogue, config } = deployed;
  const { hostKey, bindAddress, ...login } = config.ssh;
  const { dataVolumeId } = server;
  return new SshEngine("host", {
    login: server.address.apply((address) => ({ ...login, address })),
    hostKey,
    bindAddress,
    timeoutSeconds: config.hostTimeoutSeconds,
    needs: hostNeeds({ ...deployed, bindAddress }),
    server: { resource: server.instance, cloud: config.openstack.cloud },
    ...(dataVolumeId && {
      dataDisk: {
        volumeId: dataVolumeId,
        sizeGiB: config.dataVolume.sizeGiB,
        folders: dataVolumes(catalogue),
      },
    }),
  });
}

/** Names of the volumes that hold data. */
const dataVolumes = (catalogue: Catalogue): string[] =>
  catalogue
    .flatMap((spec) => (spec.kind === "service" ? spec.volumes : []))
    .filter(({ holdsData }) => holdsData)
    .map(({ name }) => name);
