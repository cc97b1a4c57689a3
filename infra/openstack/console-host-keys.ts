// The host keys that cloud-init prints on a new server's console, which only the project can read: by them the gate knows at
// the first login that it talks to this server and to nobody between.
import { hostKeyOf } from "../host/ssh-login";
import type { Session } from "./session";

/** Public host keys, each `TYPE KEY`; none when the console hasn't got them. */
export async function consoleHostKeys(session: Session, serverId: string): Promise<string[]> {
  const { output } = await session.compute.post<{ output: string }>(`/servers/${serverId}/action`, {
    "os-getConsoleOutput": {},
  });
  return hostKeysIn(output);
}

const begin = "-----BEGIN SSH HOST KEY KEYS-----";
const end = "-----END SSH HOST KEY KEYS-----";

/**
 * From the text of a console. The last whole block counts, since each boot prints one and a rebuilt server has new keys.
 * Lines may have a time or a program's name in front, and the kernel's own may be between.
 */
export function hostKeysIn(output: string): string[] {
  const last = output.lastIndexOf(end);
  const first = output.lastIndexOf(begin, last);
  if (last < 0 || first < 0) return [];
  return output
    .slice(first + begin.length, last)
    .split(/\r?\n/)
    .flatMap((line) => hostKeyOf(line.replace(/^.*?(?=(ssh|ecdsa)-)/, "")) ?? []);
}
