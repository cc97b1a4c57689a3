// The gate: a script on the deployer's machine that ends well once a stack can be deployed to another one, and prints that
// one's host key. A machine that boots is waited for; what no patience will mend ends it at once, with what to do.
import { join, relative } from "node:path";
import { quote } from "../shell";
import { factsScript } from "./facts";
import type { HostNeeds } from "./host-needs";
import {
  contactProblems,
  foreignKey,
  missingKey,
  strangeLogin,
  unreachable,
  unreachableServer,
} from "./host-problems";
import { exitCodes, prepareScript } from "./prepare-script";
import { type SshLogin, destination, loginOptions, pinned } from "./ssh-login";

export interface GateSettings {
  login: SshLogin;
  /** The key that the host must show; empty to take the one that it shows at the first login. */
  hostKey: string;
  /** How long the machine may take until all is ready. */
  timeoutSeconds: number;
  needs: HostNeeds;
  /** Where the keys are to be read that the machine says it has; left out where no cloud shows its console. */
  console?: { cloud: string; serverId: string };
}

/** How long a machine that boots may show what looks like a wrong user or key. */
const patienceSeconds = 30;
const pauseSeconds = 2;
/** How often waiting is reported that is still for the same. */
const reminderSeconds = 15;
/** How often the console is read that shows no key. */
const consoleTries = 5;
/** What ssh itself ends with, whatever the reason. */
const sshFailed = 255;
const noSuchProgram = 127;

/** POSIX shell script. Standard error is progress, and at the end the reason; standard output is the host key, alone. */
export function gateScript(settings: GateSettings): string {
  const { login, hostKey, timeoutSeconds, needs, console: shown } = settings;
  return `set -u
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cat >"$work/prepare" <<'END_OF_SCRIPT'
${prepareScript(login.user)}END_OF_SCRIPT
cat >"$work/ask" <<'END_OF_SCRIPT'
${factsScript(needs)}END_OF_SCRIPT
say() { printf '%s\\n' "$1" >&2; }
fail() { say "$1"; exit 1; }
now() { date +%s; }
${findKey(login)}
${contact(login, hostKey)}
${judge(login, shown ? unreachableServer(login) : unreachable(login))}
${examine(login, hostKey, needs)}
${confirm(settings)}
started=$(now)
refused_since=
reason=
advice=
said=
said_at=0
until contact && examine && confirm; do
  [ "$(($(now) - started))" -lt ${timeoutSeconds} ] ||
    fail "gave up after ${timeoutSeconds} s (hostTimeoutSeconds). The last was: $reason$advice"
  if [ "$reason" != "$said" ] || [ "$(($(now) - said_at))" -ge ${reminderSeconds} ]; then
    say "waiting for ${login.address}: $reason"
    said=$reason said_at=$(now)
  fi
  sleep ${pauseSeconds}
done
${hostKey === "" ? `awk '{ print $2, $3; exit }' "$work/known_hosts"` : `echo ${quote(hostKey)}`}
`;
}

/** The key, or its public half, whose other one an agent may hold. */
function findKey(login: SshLogin): string {
  const { privateKeyPath } = login;
  if (privateKeyPath === "") return "";
  const path = privateKeyPath.startsWith("~/")
    ? `"$HOME"${quote(privateKeyPath.slice(1))}`
    : quote(privateKeyPath);
  return `[ -e ${path} ] || [ -e ${path}.pub ] || fail ${quote(missingKey(login))}`;
}

/** One login. False, with `reason` set, when another try may help. */
function contact(login: SshLogin, hostKey: string): string {
  return `contact() {
  rm -f "$work/known_hosts"
  ${runThere(login, hostKey)} <"$work/prepare" >&2 2>"$work/error"
  code=$?
  case $code in
    0) return 0 ;;
    ${exitCodes.notYet}) reason=$(tail -n 1 "$work/error") advice=; return 1 ;;
    ${exitCodes.refused}) fail "$(tail -n 1 "$work/error")" ;;
    ${sshFailed} | ${noSuchProgram}) judge; return 1 ;;
    *) say "$(cat "$work/error")"; fail ${quote(strangeLogin(login))} ;;
  esac
}`;
}

/** Has the machine's facts judged (judge.ts). False when they couldn't be had; a machine that isn't fit ends the gate. */
function examine(login: SshLogin, hostKey: string, needs: HostNeeds): string {
  return `examine() {
  ${runThere(login, hostKey)} <"$work/ask" >"$work/facts" 2>"$work/error" || {
    reason=$(tail -n 1 "$work/error") advice=
    return 1
  }
  verdict=$(${program("judge.ts")} ${quote(JSON.stringify(needs))} <"$work/facts" 2>&1) || fail "$verdict"
}`;
}

/** One of the programs beside this file. Pulumi runs commands where it runs the program. */
const program = (file: string) =>
  `node --import tsx ${quote(join(relative(process.cwd(), __dirname), file))}`;

/**
 * Compares the key of the first contact with those on the machine's console. False while there are none: they are written
 * at the end of a boot. A console that nobody may read is no reason to stay away, but one to say so.
 */
function confirm({ login, hostKey, console: shown }: GateSettings): string {
  // Whoever gave a key has compared.
  if (!shown || hostKey !== "") return "confirm() { return 0; }";
  const keysProgram = `${program("console-key.ts")} ${quote(shown.cloud)} ${quote(shown.serverId)}`;
  return `unread=0
confirm() {
  keys=$(${keysProgram} 2>"$work/error")
  if [ -z "$keys" ]; then
    unread=$((unread + 1))
    if [ "$unread" -lt ${consoleTries} ]; then
      reason="its console shows no host keys yet" advice=
      return 1
    fi
    say ${quote("its console shows no host key to compare with; the one of the first contact is believed")}
    if [ -s "$work/error" ]; then say "$(tail -n 1 "$work/error")"; fi
    return 0
  fi
  key=$(awk '{ print $2, $3; exit }' "$work/known_hosts")
  printf '%s\\n' "$keys" | grep -qxF -- "$key" || fail ${quote(foreignKey(login))}
}`;
}

/** One login that runs a script from standard input. */
function runThere(login: SshLogin, hostKey: string): string {
  const options = [...loginOptions(login), ...(hostKey === "" ? firstContact : pinned(hostKey))];
  return `ssh ${options.map(word).join(" ")} -- ${quote(destination(login))} 'sh -s'`;
}

/**
 * Ends the gate when ssh failed for good, and sets `reason` when it may have failed for now.
 * @param silence what to say of an address where nobody answered to the end
 */
function judge(login: SshLogin, silence: string): string {
  const cases = contactProblems(login).map(
    ({ pattern, words, passes }) =>
      `  if grep -Eq ${quote(pattern)} "$work/error"; then ${passes ? "wait_or_fail" : "fail"} ${quote(words)}; return; fi`,
  );
  return `wait_or_fail() {
  : "\${refused_since:=$(now)}"
  [ "$(($(now) - refused_since))" -lt ${patienceSeconds} ] || fail "$1"
  reason=$(tail -n 1 "$work/error" | tr -d '\\r') advice=
}
judge() {
${cases.join("\n")}
  refused_since=
  reason=$(tail -n 1 "$work/error" | tr -d '\\r')
  advice=${quote(`: ${silence}`)}
}`;
}

/** Whoever answers first is believed, and nobody else afterwards. */
const firstContact = [
  ...["-o", "StrictHostKeyChecking=accept-new", "-o", "UserKnownHostsFile=$work/known_hosts"],
  ...["-o", "GlobalKnownHostsFile=/dev/null", "-o", "HashKnownHosts=no"],
  // Other keys of the host would be added to the file after the login.
  ...["-o", "UpdateHostKeys=no", "-o", "ControlPath=none"],
  // An ssh that doesn't know this option is no use later on.
  ...["-o", "KnownHostsCommand=none"],
];

/** Quoted, but for the one variable. */
const word = (option: string) => (option.includes("$work") ? `"${option}"` : quote(option));
