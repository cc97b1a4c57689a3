// What Pulumi prints while it works, boiled down to what a person who waits wants to know.
import type { StepLog } from "../setup/steps";

/** ` +  docker:index:Container minio created (6s) ` */
const resourceLine =
  /^ *[-+~><=]* +(?<type>[\w-]+:[\w/]+:\w+) (?<name>\S+) (?<verb>\w+(?: \w+)?) \((?<time>[\d.]+m?s)\)(?<rest>.*)$/;

interface ResourceLine {
  type: string;
  name: string;
  verb: string;
  time: string;
  rest: string;
}

/** What people know by name; everything else takes no time and is an inner matter. */
const kinds: Readonly<Record<string, string>> = {
  "docker:index:Container": "container",
  "docker:index:RemoteImage": "image",
  "docker:index:Volume": "volume",
  "docker:index:Network": "network",
  "command:local:Command": "job",
  "openstack:compute:Keypair": "key pair",
  "openstack:networking:SecGroup": "security group",
  "openstack:networking:Port": "port",
  "openstack:compute:Instance": "server",
  "openstack:networking:FloatingIp": "floating IP",
  "openstack:blockstorage:Volume": "volume",
};

/** Ends the name of the command that waits until a service is healthy. */
const readySuffix = "-ready";
const isWaiting = (type: string, name: string) =>
  type === "command:local:Command" && name.endsWith(readySuffix);

/** What every run prints: headings, resources that stay as they are, the summary (see `changesOf`). */
const chatter = [
  /^ *$/,
  /^(Updating|Destroying|Refreshing) \(/,
  /^ [-+~ ]* [\w-]+:[\w/]+:\w+ [^(\s]\S*( running| refresh)? *$/,
  /^(Resources|Duration):/,
  /^ +\d+ changes?\. \d+ unchanged$/,
  // Under "Diagnostics" it comes again.
  /^ +pulumi:pulumi:Stack \S+ (running warning: | *\d+ warnings?$)/,
  // The OpenStack provider says so every time, to everybody.
  /Users not using loadbalancer resources can ignore this message/,
  /^The resources in the stack have been deleted|^If you want to remove the stack completely/,
  /^ +[-+~]* *\d+ (unchanged|created|updated|replaced|deleted)$/,
];

/** Reads Pulumi's lines one by one and remembers what is under way. */
export class Progress {
  private readonly underWay = new Set<string>();

  /** What to tell of a line; undefined when it is nothing new. */
  read(line: string): string | undefined {
    const found = resourceLine.exec(line)?.groups as ResourceLine | undefined;
    if (found) return this.readResource(found);
    return chatter.some((pattern) => pattern.test(line)) ? undefined : line.trimEnd();
  }

  private readResource({ type, name, verb, time, rest }: ResourceLine): string | undefined {
    const failed = /failed|error/.test(verb + rest);
    if (isWaiting(type, name))
      return this.readHealth(name.slice(0, -readySuffix.length), { verb, time, rest });
    const kind = kinds[type];
    if (!kind && !failed) return undefined;
    const what = `${kind ?? type} ${name}`;
    if (/^\w+ing\b/.test(verb)) {
      this.underWay.add(what);
      return undefined;
    }
    this.underWay.delete(what);
    // What a refresh finds changed shows as a change when it is put right.
    if (verb === "refresh" && !failed) return undefined;
    const outcome = rest.includes("[retain]") ? "kept" : `${verb} ${rest.trim()}`.trimEnd();
    return `${what} ${outcome} (${time})`;
  }

  /** That a service is being waited for, and when it is well. */
  private readHealth(
    service: string,
    { verb, time, rest }: Pick<ResourceLine, "verb" | "time" | "rest">,
  ): string | undefined {
    const what = `health of ${service}`;
    if (/^\w+ing\b/.test(verb)) {
      this.underWay.add(what);
      return undefined;
    }
    this.underWay.delete(what);
    if (/failed|error/.test(verb + rest)) return `${what} ${verb} ${rest.trim()} (${time})`;
    return verb.startsWith("created") ? `${what} good (${time})` : undefined;
  }

  /** For a person who wonders what takes so long. */
  waitingFor(): string {
    return [...this.underWay].join(", ");
  }
}

/** The summary of a run: how many resources were created, updated, replaced, deleted; undefined when none was. */
export function changesOf(output: string): string | undefined {
  const changes = output.matchAll(/^ +[-+~]+ *(\d+ (?:created|updated|replaced|deleted))$/gm);
  return [...changes].map(([, change]) => change).join(", ") || undefined;
}

/** Everything goes to the log; what is new is said. */
export function reportTo(log: StepLog): (line: string) => void {
  const progress = new Progress();
  return (line) => {
    const news = progress.read(line);
    if (news === undefined) log.write(line);
    else log.say(news);
    log.doing(progress.waitingFor());
  };
}
