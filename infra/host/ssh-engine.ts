// The Docker Engine of another machine, reached by ssh.
import * as command from "@pulumi/command";
import * as docker from "@pulumi/docker";
import * as pulumi from "@pulumi/pulumi";
import { quote } from "../shell";
import { dataFolder, growScript, mountScript, unmountScript } from "./data-disk";
import { gateScript } from "./gate";
import type { Host, HostCommand } from "./host";
import type { HostNeeds } from "./host-needs";
import { type SshLogin, dockerHost, loginOptions, sshCommand, sshOptions } from "./ssh-login";

export interface SshEngineArgs {
  /** The address of a machine that is made with the stack is known once that is there. */
  login: pulumi.Input<SshLogin>;
  /** Empty: the one that the host shows at first contact, which the state then keeps. */
  hostKey: string;
  bindAddress: string;
  timeoutSeconds: number;
  needs: HostNeeds;
  /** The machine, where the stack owns it. */
  server?: Server;
  dataDisk?: AttachedDisk;
}

/** A volume that the machine has as a disk, for all data that people make. */
export interface AttachedDisk {
  volumeId: pulumi.Input<string>;
  /** A file system on it that fills less grows. */
  sizeGiB: number;
  /** One for each of Docker's volumes that hold data. */
  folders: readonly string[];
}

export interface Server {
  resource: pulumi.CustomResource;
  /** Name of its cloud in clouds.yaml, where its console is read. */
  cloud: string;
}

/** Of the random digits that end the id of a command. */
const instanceLength = 6;

export class SshEngine extends pulumi.ComponentResource implements Host {
  readonly address: pulumi.Output<string>;
  readonly bindAddress: string;
  readonly provider: docker.Provider;
  readonly resourceOptions: pulumi.CustomResourceOptions;
  readonly instance: pulumi.Output<string>;
  readonly dataFolder?: pulumi.Output<string>;
  /** What the host must prove to have. */
  readonly hostKey: pulumi.Output<string>;
  private readonly commands: command.Provider;
  private readonly login: pulumi.Output<SshLogin>;

  constructor(name: string, args: SshEngineArgs, opts: pulumi.ComponentResourceOptions = {}) {
    super("feedback-loop:host:SshEngine", name, {}, opts);
    const { hostKey, server, dataDisk } = args;
    this.login = pulumi.output(args.login);
    this.address = this.login.apply(({ address }) => address);
    this.bindAddress = args.bindAddress;
    this.commands = new command.Provider(`${name}-commands`, {}, { parent: this });
    const gate = this.gate(`${name}-gate`, args);
    this.hostKey = hostKey === "" ? gate.stdout : gate.stdout.apply(() => hostKey);
    // Another machine has nothing of what the state knows; with a server that goes all of it goes.
    this.resourceOptions = {
      replaceWith: [gate],
      ...(server && { deletedWith: server.resource }),
    };
    this.instance = gate.id.apply((id) => `-${id.slice(-instanceLength)}`);
    this.provider = new docker.Provider(
      `${name}-docker`,
      // From what the gate printed, so that it is there before: an option alone isn't reliable (pulumi#8917).
      {
        host: this.login.apply(dockerHost),
        sshOpts: server ? this.foreseeable() : this.pinnedOptions(),
      },
      { parent: this },
    );
    if (dataDisk) this.dataFolder = this.mounted(`${name}-data`, dataDisk);
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
        create: this.there(script),
        stdin,
        triggers,
        ...(undo !== undefined && { delete: pulumi.interpolate`${this.there(undo)} || true` }),
      },
      { ...opts, provider: this.commands },
    );
  }

  /** The folder where the disk is, once it is. */
  private mounted(name: string, { volumeId, sizeGiB, folders }: AttachedDisk) {
    const options = { parent: this, ...this.resourceOptions };
    const mount = this.run(
      `${name}-mount`,
      {
        script: pulumi.output(volumeId).apply((id) => mountScript({ volumeId: id, folders })),
        stdin: "",
        triggers: [volumeId],
        undo: unmountScript,
      },
      // What undoes the old one would undo the new one, too.
      { ...options, deleteBeforeReplace: true },
    );
    this.run(
      `${name}-size`,
      { script: growScript, stdin: "", triggers: [String(sizeGiB)] },
      { ...options, dependsOn: [mount] },
    );
    // By its id and not what it prints, which a preview doesn't know when the script is another one.
    return mount.id.apply(() => dataFolder);
  }

  /** The command line that runs a script on the machine. */
  private there(script: pulumi.Input<string>): pulumi.Output<string> {
    return pulumi
      .all([script, this.known()])
      .apply(([remote, [login, key]]) => sshCommand(login, key, remote).map(quote).join(" "));
  }

  private pinnedOptions(): pulumi.Output<string[]> {
    return this.known().apply(([login, key]) => sshOptions(login, key));
  }

  /**
   * The same, but known in the preview of another server, whose key isn't: without all of its provider's inputs Pulumi ends
   * such a preview with an error. The provider asks nothing of the engine there, and these options would let it ask nobody.
   */
  private foreseeable(): pulumi.Output<string[]> {
    if (!pulumi.runtime.isDryRun()) return this.pinnedOptions();
    // Outputs have it, and their types leave it out.
    const { isKnown } = this.hostKey as unknown as { isKnown: Promise<boolean> };
    return pulumi
      .output(isKnown)
      .apply((known) => (known ? this.pinnedOptions() : this.login.apply(loginOptions)));
  }

  /** All that a login takes. */
  private known(): pulumi.Output<[SshLogin, string]> {
    return pulumi.all([this.login, this.hostKey]);
  }

  private gate(name: string, args: SshEngineArgs): command.local.Command {
    const { hostKey, timeoutSeconds, needs, server } = args;
    const id = server?.resource.id;
    const script = pulumi
      .all([this.login, id])
      .apply(([login, serverId]) =>
        gateScript({ login, hostKey, timeoutSeconds, needs, ...consoleOf(server, serverId) }),
      );
    const address = this.login.apply((login) => login.address);
    const port = this.login.apply((login) => login.port);
    return new command.local.Command(
      name,
      {
        create: script,
        // Another machine, or another key: everything that was learnt is of no use. A longer wait is no reason to wait again.
        triggers: [address, port, hostKey, ...(id ? [id] : [])],
        logging: command.local.Logging.Stderr,
      },
      { parent: this, provider: this.commands, ignoreChanges: ["create"] },
    );
  }
}

const consoleOf = (server: Server | undefined, serverId: string | undefined) =>
  server && serverId ? { console: { cloud: server.cloud, serverId } } : {};
