// The loop on another machine that ssh reaches: its own Docker Engine, its own address.
import type { Config } from "../infra/config";
import { hostNeeds } from "../infra/host/host-needs";
import { SshEngine } from "../infra/host/ssh-engine";
import { outputs } from "../infra/outputs";
import { Deployment } from "../infra/runtime/deployment";
import type { Naming } from "../infra/runtime/naming";
import { catalogue as fullCatalogue } from "../infra/services/catalogue";

export function ssh(config: Config, naming: Naming, root: string) {
  const { hostKey, bindAddress, ...login } = config.ssh;
  const catalogue = fullCatalogue(config);
  const host = new SshEngine("host", {
    login,
    hostKey,
    bindAddress,
    timeoutSeconds: config.hostTimeoutSeconds,
    needs: hostNeeds({ catalogue, config, stack: naming.stack, bindAddress, root }),
  });
  const deployment = new Deployment("loop", { catalogue, config, host, naming, root });
  return outputs(deployment, { catalogue, config, host });
}
