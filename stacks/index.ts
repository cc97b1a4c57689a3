// The Pulumi program: reads the configuration and makes the stack for its target.
import { resolve } from "node:path";
import * as pulumi from "@pulumi/pulumi";
import { stackConfig } from "../infra/config";
import { local } from "./local";

const root = resolve(__dirname, "..");
const stack = pulumi.getStack();
const config = stackConfig();
const naming = { prefix: `${pulumi.getProject()}-${stack}`, stack, owner: root };
const stacks = { local };

export const { endpoints, credentials, images } = stacks[config.target](config, naming, root);
