// What is done on a machine before anything is deployed to it: waits for its set-up by cloud-init, and for a Docker Engine,
// which is installed where it may be. One round of it never waits long: the gate comes again.
import { quote } from "../shell";
import {
  dockerStopped,
  noDocker,
  noDockerRight,
  noPackages,
  oldDocker,
  oldestEngine,
} from "./host-problems";

/** Exit codes of the script. */
export const exitCodes = { notYet: 75, refused: 76 } as const;

/** Something that isn't enabled yet may be on its way while the machine is this young. */
const youngSeconds = 300;
const packageLockSeconds = 300;

/**
 * POSIX shell script. Standard output is progress for people, standard error the reason of a bad end.
 * @param user of the login
 */
export function prepareScript(user: string): string {
  return `set -u
export PATH="$PATH:/usr/sbin:/sbin" LC_ALL=C
not_yet() { printf '%s\\n' "$1" >&2; exit ${exitCodes.notYet}; }
refuse() { printf '%s\\n' "$1" >&2; exit ${exitCodes.refused}; }
may_be_root() { [ "$(id -u)" = 0 ] || sudo -n true 2>/dev/null; }
as_root() { if [ "$(id -u)" = 0 ]; then "$@"; else sudo -n "$@"; fi; }
is_young() { [ "$(cut -d. -f1 /proc/uptime)" -lt ${youngSeconds} ]; }
${cloudInit}
${docker(user)}
wait_for_cloud_init
provide_docker
`;
}

const cloudInit = `wait_for_cloud_init() {
  command -v cloud-init >/dev/null || return 0
  case "$(cloud-init status 2>/dev/null | sed -n 's/^status: //p')" in
    running) not_yet "cloud-init is still at work" ;;
    "not run" | "not started") if is_young; then not_yet "cloud-init hasn't begun"; fi ;;
    error) echo "cloud-init ended with an error (cloud-init status --long on the machine tells which); going on" ;;
  esac
}`;

const docker = (user: string) => `provide_docker() {
  command -v docker >/dev/null || install_docker
  if version=$(docker version --format '{{.Server.Version}}' 2>&1); then
    old=$(printf '%s\\n' "$version" ${oldestEngine} | sort -V | head -n 1)
    [ "$old" = ${oldestEngine} ] || refuse ${inShell(oldDocker("${version}"))}
    return
  fi
  case $version in
    *"permission denied"*)
      may_be_root || refuse ${quote(noDockerRight(user))}
      as_root usermod -aG docker "$(id -un)" && not_yet "$(id -un) may use Docker from the next login on" ;;
  esac
  if may_be_root && [ -d /run/systemd/system ]; then as_root systemctl enable --now docker >/dev/null 2>&1; fi
  if is_young || may_be_root; then not_yet "Docker doesn't answer yet: $(printf '%s\\n' "$version" | tail -n 1)"; fi
  refuse ${quote(dockerStopped)}
}
install_docker() {
  may_be_root || refuse ${quote(noDocker(user))}
  command -v apt-get >/dev/null || refuse ${quote(noPackages)}
  echo "installing Docker from the distribution's packages"
  apt() { as_root env DEBIAN_FRONTEND=noninteractive apt-get -qq -o DPkg::Lock::Timeout=${packageLockSeconds} "$@" 2>&1; }
  as_root dpkg --configure -a >/dev/null 2>&1
  said=$(apt update && apt install --yes --no-install-recommends docker.io iptables) ||
    not_yet "Docker can't be installed: $(printf '%s\\n' "$said" | tail -n 1)"
}`;

/** A word in which `${name}` stands for a shell variable. */
function inShell(words: string): string {
  return quote(words).replace(/\$\{(\w+)\}/g, `'"$$$1"'`);
}
