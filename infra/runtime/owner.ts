// Whose stack it is: an id that the state keeps and every label on the engine carries. All who share the state see the same
// one, whatever clone they work in; a stack of the same name with a state of its own has another.
import { hostname } from "node:os";
import * as random from "@pulumi/random";
import type * as pulumi from "@pulumi/pulumi";

/** Name of the resource in the state, where the commands find it. */
export const ownerResource = { type: "random:index/randomId:RandomId", name: "owner" } as const;

const idBytes = 4;

/** `HOST:CLONE#ID`: the machine and the clone that made the stack, for people, and the id that decides. */
export function stackOwner(
  clone: string,
  opts: pulumi.CustomResourceOptions,
): pulumi.Output<string> {
  const prefix = ownerPrefix({ host: hostname(), clone });
  return new random.RandomId(
    ownerResource.name,
    { byteLength: idBytes, prefix },
    // Who made it stays true when another clone deploys.
    { ...opts, ignoreChanges: ["prefix"] },
  ).hex;
}

export interface Maker {
  host: string;
  clone: string;
}

export const ownerPrefix = ({ host, clone }: Maker) => `${host}:${clone}#`;

/** The machine and the clone that made a stack; labels of older deployments name the clone only. */
export function makerOf(owner: string): { host?: string; clone: string } {
  const [, host, clone = owner] = /^([^/:]*):(\/.*)#[0-9a-f]+$/.exec(owner) ?? [];
  return { host, clone };
}
