// The loop on this machine's Docker Engine: no account, nothing reached from outside.
import type { Config } from "../infra/config";
import { LocalEngine } from "../infra/host/local-engine";
import { outputs } from "../infra/outputs";
import { Deployment } from "../infra/runtime/deployment";
import type { Naming } from "../infra/runtime/naming";
import { catalogue as fullCatalogue } from "../infra/services/catalogue";

export function local(config: Config, naming: Naming, root: string) {
  const catalogue = fullCatalogue(config);
  const host = new LocalEngine("host", { dockerHost: process.env["DOCKER_HOST"] });
  const deployment = new Deployment("loop", { catalogue, config, host, naming, root });
  return outputs(deployment, { catalogue, config, host });
}
