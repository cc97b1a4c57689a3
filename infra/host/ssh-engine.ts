// The Docker Engine of another machine, reached by ssh.
import * as command from "@pulumi/command";
import * as docker from "@pulumi/docker";
import * as pulumi from "@pulumi/pulumi";
import { quote } from "../shell";
import { gateScript } from "./gate";
import type { Host, HostCommand } from "./host";
import type { HostNeeds } from "./host-needs";
import { type SshLogin, dockerHost, sshCommand, sshOptions } from "./ssh-login";

export interface SshEngineArgs {
  login: SshLogin;
  /** Empty: the one that the host shows at first contact, which the state then keeps. */
  hostKey: string;
  bindAddress: string;
  timeoutSeconds: number;
  needs: HostNeeds;
}

/** Of the random digits that end the id of a command. */
const instanceLength = 6;

export class SshEngine extends pulumi.ComponentResource implements Host {
  readonly address: string;
  readonly bindAddress: string;
  readonly provider: docker.Provider;
  readonly resourceOptions: pulumi.CustomResourceOptions;
  readonly instance: pulumi.Output<string>;
  /** What the host must prove to have. */
  readonly hostKey: pulumi.Output<string>;
  private readonly commands: command.Provider;
  private readonly login: SshLogin;

  constructor(name: string, args: SshEngineArgs, opts: pulumi.ComponentResourceOptions = {}) {
    super("feedback-loop:host:SshEngine", name, {}, opts);
    const { login, hostKey } = args;
    this.login = login;
    this.address = login.address;
    this.bindAddress = args.bindAddress;
    this.commands = new command.Provider(`${name}-commands`, {}, { parent: this });
    const gate = this.gate(`${name}-gate`, args);
    this.hostKey = hostKey === "" ? gate.stdout : gate.stdout.apply(() => hostKey);
    // Another machine has nothing of what the state knows.
    this.resourceOptions = { replaceWith: [gate] };
    this.instance = gate.id.apply((id) => `-${id.slice(-instanceLength)}`);
    this.provider = new docker.Provider(
      `${name}-docker`,
      // From what the gate printed, so that it is there before: an option alone isn't reliable (pulumi#8917).
      {
        host: this.hostKey.apply(() => dockerHost(login)),
        sshOpts: this.hostKey.apply((key) => sshOptions(login, key)),
      },
      { parent: this },
    );
    this.registerOutputs();
  }

  run(
    name: string,
    { script, stdin, triggers }: HostCommand,
    opts: pulumi.CustomResourceOptions,
  ): command.local.Command {
    const create = pulumi
      .all([script, this.hostKey])
      .apply(([remote, key]) => sshCommand(this.login, key, remote).map(quote).join(" "));
    return new command.local.Command(
      name,
      { create, stdin, triggers },
      { ...opts, provider: this.commands },
    );
  }

  private gate(
    name: string,
    { login, hostKey, timeoutSeconds, needs }: SshEngineArgs,
  ): command.local.Command {
    return new command.local.Command(
      name,
      {
        create: gateScript({ login, hostKey, timeoutSeconds, needs }),
        // Another machine, or another key: everything that was learnt is of no use. A longer wait is no reason to wait again.
        triggers: [login.address, login.port, hostKey],
        logging: command.local.Logging.Stderr,
      },
      { parent: this, provider: this.commands, ignoreChanges: ["create"] },
    );
  }
}
