// How a stack's things are told in an OpenStack project that others share: marks that each of them carries from its creation,
// and the names that people see. Pure; the deployment writes them, sweep and start read them.

export interface StackMarks {
  /** The stack's name in the cloud. */
  cloudName: string;
  /** Which state the stack is of (infra/runtime/owner.ts): two people may call their stacks the same. */
  owner: string;
  /** When the server's lease ends, as key `leaseEnd` has it; empty: unknown. */
  expires?: string;
  /** Data that stays when the stack goes. */
  keep?: boolean;
}

/** As they are read back from a thing; undefined: it carries no mark of ours. */
export interface ReadMarks {
  cloudName: string;
  owner?: string;
  expires?: string;
  keep: boolean;
}

const all = "feedback-loop";
const stackKey = `${all}.stack`;
const ownerKey = `${all}.owner`;
const expiresKey = `${all}.expires`;
const keepKey = `${all}.keep`;
const yes = "yes";

/** Name of a stack in the cloud. */
export const cloudNameOf = (stack: string, suffix = ""): string =>
  [all, stack, ...(suffix === "" ? [] : [suffix])].join("-");

/** Name of the volume that holds the data of a stack. */
export const volumeNameOf = (cloudName: string): string => `${cloudName}-data`;

/**
 * Only the id of the owner's label: the machine and folder in front of it are nobody else's business in a shared project.
 * Names a stack's owner on the command line, too.
 */
export const ownerMark = (owner: string): string => owner.split("#").pop() ?? owner;

/** For servers and volumes. */
export function metadataOf({
  cloudName,
  owner,
  expires = "",
  keep = false,
}: StackMarks): Record<string, string> {
  return {
    [stackKey]: cloudName,
    [ownerKey]: ownerMark(owner),
    ...(expires === "" ? {} : { [expiresKey]: expires }),
    ...(keep ? { [keepKey]: yes } : {}),
  };
}

/** For everything of Neutron's: the same as `key=value`, behind one tag that all have. */
export const tagsOf = (marks: StackMarks): string[] => [all, ...pairs(metadataOf(marks))];

/**
 * The description of everything of Neutron's. Tags are written by a call of their own, after the creation; what a deployment
 * that was killed between the two leaves is told by this.
 */
export const descriptionOf = (marks: StackMarks): string => pairs(metadataOf(marks)).join(" ");

const pairs = (metadata: Record<string, string>): string[] =>
  Object.entries(metadata).map(([key, value]) => `${key}=${value}`);

/** From a server's or volume's metadata. */
export function readMetadata(metadata: Readonly<Record<string, string>>): ReadMarks | undefined {
  const cloudName = metadata[stackKey];
  if (!cloudName) return undefined;
  return {
    cloudName,
    ...(metadata[ownerKey] && { owner: metadata[ownerKey] }),
    ...(metadata[expiresKey] && { expires: metadata[expiresKey] }),
    keep: metadata[keepKey] === yes,
  };
}

/** From what Neutron has: tags count before the description, which is as old as the thing. */
export const readNeutron = (found: {
  tags?: readonly string[];
  description?: string | null;
}): ReadMarks | undefined =>
  readMetadata(unpaired(found.tags ?? [])) ??
  readMetadata(unpaired((found.description ?? "").split(" ")));

function unpaired(words: readonly string[]): Record<string, string> {
  return Object.fromEntries(
    words
      .map((word) => /^([^=]+)=(.*)$/.exec(word))
      .flatMap((match) => (match ? [[match[1], match[2]] as [string, string]] : [])),
  );
}
