// This machine's Docker Engine. Nothing it publishes is reached from another machine.
import * as command from "@pulumi/command";
import * as docker from "@pulumi/docker";
import * as pulumi from "@pulumi/pulumi";
import type { Host, HostCommand } from "./host";

export const loopback = "127.0.0.1";
const defaultSocket = "unix:///var/run/docker.sock";

export class LocalEngine extends pulumi.ComponentResource implements Host {
  readonly address = loopback;
  readonly bindAddress = loopback;
  /** The machine stays the same. */
  readonly resourceOptions = {};
  readonly instance = "";
  readonly provider: docker.Provider;
  private readonly commands: command.Provider;
  private readonly endpoint: string;

  /** `dockerHost`: the engine's endpoint, as in the variable `DOCKER_HOST`. */
  constructor(
    name: string,
    { dockerHost = defaultSocket }: { dockerHost?: string },
    opts: pulumi.ComponentResourceOptions = {},
  ) {
    super("feedback-loop:host:LocalEngine", name, {}, opts);
    this.endpoint = dockerHost;
    this.provider = new docker.Provider(`${name}-docker`, { host: dockerHost }, { parent: this });
    this.commands = new command.Provider(`${name}-commands`, {}, { parent: this });
    this.registerOutputs();
  }

  run(
    name: string,
    { script, stdin, triggers, undo }: HostCommand,
    opts: pulumi.CustomResourceOptions,
  ): command.local.Command {
    return new command.local.Command(
      name,
      {
        create: script,
        stdin,
        triggers,
        environment: { DOCKER_HOST: this.endpoint },
        ...(undo !== undefined && { delete: undo }),
      },
      { ...opts, provider: this.commands },
    );
  }
}
