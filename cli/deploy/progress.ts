// What Pulumi prints while it works, boiled down to what a person who waits wants to know.

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
};

/** Ends the name of the command that waits until a service is healthy. */
const readySuffix = "-ready";

/** What every run prints: headings, resources that stay as they are, the summary (see `changesOf`). */
const chatter = [
  /^ *$/,
  /^(Updating|Destroying|Refreshing) \(/,
  /^ [-+~ ]* [\w-]+:[\w/]+:\w+ [^(\s]\S*( running| refresh)? *$/,
  /^(Resources|Duration):/,
  /^ +\d+ changes?\. \d+ unchanged$/,
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
    const waited = type === "command:local:Command" && name.endsWith(readySuffix);
    const kind = waited ? "health of" : kinds[type];
    const failed = /failed|error/.test(verb + rest);
    if (!kind && !failed) return undefined;
    const what = `${kind ?? type} ${waited ? name.slice(0, -readySuffix.length) : name}`;
    if (/^\w+ing\b/.test(verb)) {
      this.underWay.add(what);
      return undefined;
    }
    this.underWay.delete(what);
    // What a refresh finds changed shows as a change when it is put right.
    if (verb === "refresh" && !failed) return undefined;
    if (waited && !failed) return verb === "created" ? `${what} good (${time})` : undefined;
    const outcome = rest.includes("[retain]") ? "kept" : `${verb} ${rest.trim()}`.trimEnd();
    return `${what} ${outcome} (${time})`;
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
