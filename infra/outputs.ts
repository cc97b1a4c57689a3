// What a stack tells its users: where everything is, who may log in, and what runs.
import * as pulumi from "@pulumi/pulumi";
import type { Config } from "./config";
import type { Host } from "./host/host";
import type { OpenStackServer } from "./host/openstack";
import { type SshLogin, destination } from "./host/ssh-login";
import type { Deployment } from "./runtime/deployment";
import { publicUrlOf } from "./public-url";
import type { Catalogue } from "./services/catalogue";
import { quote } from "./shell";

export interface Endpoint {
  url: string;
  /** Name of the service in the catalogue. */
  service: string;
  summary: string;
}

export function outputs(deployment: Deployment, { catalogue, config, host }: OutputSources) {
  return {
    endpoints: pulumi
      .output(host.address)
      .apply((address) => endpoints(catalogue, config, address)),
    credentials: deployment.credentials.output(),
    images: deployment.images.output(),
  };
}

/** What a server in a cloud has besides. */
export function serverOutputs(sources: OutputSources, server: OpenStackServer, stack: string) {
  const { config, host, catalogue } = sources;
  const all = pulumi.output(host.address).apply((address) => {
    const ssh = loginCommand({ ...config.ssh, address });
    return { ssh, readme: readme(stack, ssh, config, endpoints(catalogue, config, address)) };
  });
  return {
    ssh: all.ssh,
    readme: all.readme,
    /** Empty where nobody said. */
    expiresAt: config.leaseEnd,
    serverId: server.instance.id,
    cloudName: server.cloudName,
  };
}

/** As a person types it. */
function loginCommand(login: SshLogin): string {
  const { port, privateKeyPath } = login;
  const words = [
    "ssh",
    ...(privateKeyPath === "" ? [] : ["-i", privateKeyPath.replace(/^~(?=\/)/, "$HOME")]),
    ...(port === 22 ? [] : ["-p", String(port)]),
    destination(login),
  ];
  return words.map((word) => (/^[\w@.:/$-]+$/.test(word) ? word : quote(word))).join(" ");
}

/** Markdown, which Pulumi's own console shows too. */
function readme(
  stack: string,
  ssh: string,
  { leaseEnd, dataVolume }: Config,
  open: Record<string, Endpoint>,
): string {
  const hasDisk = dataVolume.sizeGiB > 0 || dataVolume.id !== "";
  const rows = Object.entries(open).map(([, { url, summary }]) => `| ${url} | ${summary} |`);
  return [
    `# FeedbackLoop: stack ${stack}`,
    "| open | what it is |",
    "|---|---|",
    ...rows,
    "",
    `- Users and passwords: \`npm run handout -- -s ${stack}\``,
    `- The server: \`${ssh}\``,
    `- The lease ends: ${leaseEnd === "" ? "unknown (npm run lease -- show)" : leaseEnd}. ${hasDisk ? "Data is on a volume that stays." : "Data on the server goes with it: npm run backup."}`,
    `- The end: \`npm run destroy -- -s ${stack}\`, then \`npm run lease -- delete -s ${stack}\``,
    "",
  ].join("\n");
}

interface OutputSources {
  catalogue: Catalogue;
  config: Config;
  host: Host;
}

/** Where each open port is reached. */
export function endpoints(
  catalogue: Catalogue,
  config: Config,
  address: string,
): Record<string, Endpoint> {
  const open = catalogue.flatMap((spec) =>
    spec.kind === "service"
      ? spec.ports
          .filter((port) => port.open === "students")
          .map((port) => ({ port, service: spec.name, summary: spec.summary }))
      : [],
  );
  return Object.fromEntries(
    open.map(({ port, service, summary }) => [
      port.name,
      { url: publicUrlOf(port, config, address), service, summary },
    ]),
  );
}
