// Volumes on a server that a state doesn't know to be there: a deployment was killed while it attached them, and the next one
// would meet a volume in use.
import type { Thing } from "./inventory";
import { type Patience, detached, usualPatience } from "./remove";
import type { Session } from "./session";

interface Attachment {
  id: string;
  volumeId: string;
}

export interface StrayQuestion {
  serverId: string;
  /** The stack's own; what somebody attached by hand stays. */
  volumeIds: readonly string[];
  /** Ids of all resources of the state, where an attachment is `SERVER/ATTACHMENT`. */
  knownIds: ReadonlySet<string>;
}

/** Takes the stack's volumes off its server where the state doesn't know of it; nothing has mounted them yet. */
export async function detachStrays(
  session: Session,
  { serverId, volumeIds, knownIds }: StrayQuestion,
  say: (line: string) => void,
  patience: Patience = usualPatience,
): Promise<void> {
  if (volumeIds.length === 0) return;
  const path = `/servers/${serverId}/os-volume_attachments`;
  const attachments = await session.compute.list<Attachment>(path, "volumeAttachments");
  const strays = attachments.filter(
    ({ id, volumeId }) => volumeIds.includes(volumeId) && !knownIds.has(`${serverId}/${id}`),
  );
  for (const { id, volumeId } of strays) {
    await session.compute.delete(`${path}/${id}`);
    await detached(session.volume, volumeThing(volumeId), patience);
    say(`took volume ${volumeId} off the server: the state doesn't know that it is there`);
  }
}

const volumeThing = (id: string): Pick<Thing, "kind" | "id" | "name"> => ({
  kind: "volume",
  id,
  name: id,
});
