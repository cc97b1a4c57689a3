// What is to be known of a machine before a stack is deployed to it, found out by one script in one go.
import { dockerHub } from "../images";
import { quote } from "../shell";

export interface Asked {
  stack: string;
  /** Registry of official images, `host[:port]`. */
  registry: string;
  /** An official image, as the engine pulls it. */
  officialImage: string;
  /** Our own images, as the engine pulls them; none where it builds them. */
  ownImages: readonly string[];
}

/** As the script prints them: a name and a value a line. A fact that couldn't be had is left out. */
export type Facts = Readonly<Partial<Record<FactName, string>>>;

const factNames = [
  "system",
  "user",
  /** `yes` for root, and for sudo without a password. */
  "mayBeRoot",
  /** Status of cloud-init. */
  "cloudInit",
  /** Path of Docker's client. */
  "dockerClient",
  "dockerVersion",
  "dockerProblem",
  "dockerFolder",
  "freeMiB",
  "memoryMiB",
  /** Seconds since 1970. */
  "time",
  /** Where something listens for TCP, as the kernel writes it: `ADDRESS:PORT`, hexadecimal. */
  "listening",
  /** What the stack itself publishes, as `docker ps` writes it. */
  "published",
  /** Whether the official image can be had: `here`, an HTTP status and why, or what kept the question from the registry. */
  "registry",
  /** Our own images that their registry answers for but doesn't have; `none` when it has all that were asked for. */
  "missingImages",
  /** Why the registry of our own images can't tell. */
  "imageProblem",
] as const;
export type FactName = (typeof factNames)[number];

const registryTimeoutSeconds = 8;

/** Before there is an engine. Plain HTTP, as engines do by themselves, on loopback only. */
const registryUrl = (registry: string) =>
  registry === dockerHub
    ? "https://registry-1.docker.io/v2/"
    : `${/^(127\.|localhost\b)/.test(registry) ? "http" : "https"}://${registry}/v2/`;

/** POSIX shell script that changes nothing. */
export function factsScript({ stack, registry, officialImage, ownImages }: Asked): string {
  return `export PATH="$PATH:/usr/sbin:/sbin" LC_ALL=C
fact() { [ -z "$2" ] || printf '%s=%s\\n' "$1" "$(printf '%s' "$2" | tr '\\n' ' ')"; }
fact time "$(date +%s)"
fact system "$(. /etc/os-release && echo "$PRETTY_NAME")"
fact user "$(id -un)"
if [ "$(id -u)" = 0 ] || sudo -n true 2>/dev/null; then fact mayBeRoot yes; else fact mayBeRoot no; fi
if command -v cloud-init >/dev/null; then fact cloudInit "$(cloud-init status 2>/dev/null | sed -n 's/^status: //p')"; fi
fact memoryMiB "$(awk '$1 == "MemTotal:" { print int($2 / 1024) }' /proc/meminfo)"
fact listening "$(awk '$4 == "0A" { print $2 }' /proc/net/tcp /proc/net/tcp6 2>/dev/null | sort -u)"
fact dockerClient "$(command -v docker)"
folder=/var/lib/docker
if version=$(docker version --format '{{.Server.Version}}' 2>&1); then
  fact dockerVersion "$version"
  folder=$(docker info --format '{{.DockerRootDir}}')
  fact published "$(docker ps --filter ${quote(`label=feedback-loop.stack=${stack}`)} --format '{{.Ports}}')"
else
  fact dockerProblem "$(printf '%s\\n' "$version" | tail -n 1)"
  version=
fi
while [ ! -d "$folder" ]; do folder=$(dirname "$folder"); done
fact dockerFolder "$folder"
fact freeMiB "$(df -Pk "$folder" 2>/dev/null | awk 'NR == 2 { print int($4 / 1024) }')"
# The engine asks with its own proxies, mirrors and certificates; its answer ends with the HTTP status.
ask_engine() {
  if docker image inspect "$1" >/dev/null 2>&1; then echo here; return; fi
  curl -sS -m ${registryTimeoutSeconds} --unix-socket "$socket" -w ' %{http_code}' "http://docker/distribution/$1/json" 2>&1 |
    tr -d '\\n' | sed 's/^{"message":"\\(.*\\)"} \\([0-9]*\\)$/\\2 \\1/; s/^{"Descriptor.* //; s/\\\\"/"/g'
}
ask_registry() {
  if command -v curl >/dev/null; then curl -sS -m ${registryTimeoutSeconds} -o /dev/null -w '%{http_code}' "$1" 2>&1
  elif command -v wget >/dev/null; then wget -q -T ${registryTimeoutSeconds} -t 1 -S -O /dev/null "$1" 2>&1 | awk '$1 ~ /^HTTP/ { print $2; exit }'
  fi
}
socket=\${DOCKER_HOST:-unix:///var/run/docker.sock}
socket=\${socket#unix://}
if [ -n "$version" ] && [ -S "$socket" ] && command -v curl >/dev/null; then
  fact registry "$(ask_engine ${quote(officialImage)})"
  missing= problem=
  for image in ${ownImages.map(quote).join(" ")}; do
    answer=$(ask_engine "$image")
    case $answer in
      here | 200) ;;
      404*) missing="$missing $image" ;;
      *) problem=$answer; break ;;
    esac
  done
  fact missingImages "\${missing:-none}"
  fact imageProblem "$problem"
else
  fact registry "$(ask_registry ${quote(registryUrl(registry))})"
fi
`;
}

/** Facts from what the script printed; anything else there, such as a greeting, is left out. */
export function readFacts(printed: string): Facts {
  const facts: Partial<Record<FactName, string>> = {};
  for (const line of printed.split("\n")) {
    const [, name, value] = /^(\w+)=(.*)$/.exec(line) ?? [];
    const known = factNames.find((fact) => fact === name);
    if (known) facts[known] = value!.trim();
  }
  return facts;
}
