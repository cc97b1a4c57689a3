// The user data of a new server, for cloud-init: everything that a stack wants of a machine before anyone logs in. Pure. No
// secret may be in it: whoever is on the server can ask for it again.
import { stringify } from "yaml";

export interface CloudInitSettings {
  /** That logs in, and may use Docker. */
  user: string;
}

/** Nova's limit, of the user data in base64. */
export const userDataLimit = 65_535;
/** Where clouds tell a server about itself. */
const metadataAddress = "169.254.169.254";
const swapFile = "/swapfile";
const swapMiB = 2048;

/**
 * Of containers that log without a setting of their own. The engine's services have theirs; builds and what people start by
 * hand haven't.
 */
const engineSettings = {
  "log-driver": "json-file",
  "log-opts": { "max-size": "10m", "max-file": "3" },
};

/**
 * Named to be read first, since sshd takes the first value that it reads. One deployment logs in many times at once, and
 * whoever guesses passwords from outside comes all the time.
 */
const sshdSettings = `PasswordAuthentication no
KbdInteractiveAuthentication no
PermitRootLogin no
MaxStartups 60:30:120
MaxSessions 64
LoginGraceTime 30
`;

/**
 * Before the engine, which keeps the chain as it finds it: there is no moment in which a container could ask. Again at each
 * start of the engine, whatever else has written rules meanwhile.
 */
const metadataUnit = `[Unit]
Description=Keeps containers from the cloud's metadata, which has this server's user data
Before=docker.service
PartOf=docker.service
[Service]
Type=oneshot
RemainAfterExit=yes
ExecStart=/bin/sh -c 'iptables -w -N DOCKER-USER 2>/dev/null; iptables -w -C DOCKER-USER -d ${metadataAddress}/32 -j REJECT 2>/dev/null || iptables -w -I DOCKER-USER -d ${metadataAddress}/32 -j REJECT'
[Install]
WantedBy=multi-user.target
RequiredBy=docker.service
`;

/** Some systems can't swap into a file of theirs; the stack lives without. */
const swap = `[ -e ${swapFile} ] || {
  fallocate -l ${swapMiB}M ${swapFile} && chmod 600 ${swapFile} && mkswap ${swapFile} && swapon ${swapFile} &&
    echo '${swapFile} none swap sw 0 0' >>/etc/fstab
} || rm -f ${swapFile}`;

/** Where the image has none; its own may be newer. Package servers have bad minutes. */
const installDocker = `for pause in 5 20 60 0; do
  command -v docker >/dev/null && command -v iptables >/dev/null && break
  apt-get -qq update && DEBIAN_FRONTEND=noninteractive apt-get -qq install --yes --no-install-recommends docker.io iptables && break
  sleep "$pause"
done`;

export function cloudInit({ user }: CloudInitSettings): string {
  const data = {
    ssh_pwauth: false,
    write_files: [
      file("/etc/docker/daemon.json", `${JSON.stringify(engineSettings, null, 2)}\n`),
      file("/etc/ssh/sshd_config.d/10-feedback-loop.conf", sshdSettings),
      file("/etc/systemd/system/feedback-loop-metadata.service", metadataUnit),
    ],
    runcmd: [
      "systemctl try-reload-or-restart ssh.service",
      swap,
      installDocker,
      "systemctl daemon-reload",
      "systemctl enable --now feedback-loop-metadata.service",
      // It may run already, with the settings of the image.
      "systemctl enable docker.service && systemctl restart docker.service",
      `usermod --append --groups docker ${user}`,
    ],
  };
  return withinLimit(`#cloud-config\n${stringify(data, { lineWidth: 0 })}`);
}

const file = (path: string, content: string) => ({ path, content });

/** User data, if a server takes that much. */
export function withinLimit(userData: string): string {
  const size = Math.ceil(Buffer.byteLength(userData) / 3) * 4;
  if (size > userDataLimit)
    throw new Error(
      `user data: ${size} bytes in base64; a server takes ${userDataLimit}. Shorten infra/host/cloud-init.ts`,
    );
  return userData;
}
