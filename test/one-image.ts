// The Pulumi program of a test: what a machine that ssh reaches builds from the clone, and nothing else of a stack.
import { resolve } from "node:path";
import * as pulumi from "@pulumi/pulumi";
import { SshEngine } from "../infra/host/ssh-engine";
import type { SshLogin } from "../infra/host/ssh-login";
import { type OwnImageName, pullName } from "../infra/images";
import { DockerImages } from "../infra/runtime/docker-images";

const config = new pulumi.Config();
const image = config.require<OwnImageName>("image");
const registryMirror = config.require("registryMirror");
const stack = pulumi.getStack();
const nothing = { memoryMiB: 0, freeMiB: 1000, ports: {}, ownImages: [] };
const bindAddress = "127.0.0.1";
const host = new SshEngine("host", {
  login: config.requireObject<SshLogin>("login"),
  hostKey: "",
  bindAddress,
  timeoutSeconds: config.requireNumber("timeoutSeconds"),
  needs: {
    ...nothing,
    stack,
    bindAddress,
    registry: registryMirror,
    officialImage: pullName("node", registryMirror),
  },
});
const images = new DockerImages(
  "images",
  {
    images: [image],
    root: resolve(__dirname, ".."),
    registryMirror,
    imageRegistry: "",
    instance: host.instance,
    naming: { prefix: stack, stack, owner: stack },
  },
  { providers: [host.provider] },
);

export const id = images.id(image);
