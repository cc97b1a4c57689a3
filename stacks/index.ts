// The Pulumi program: reads the configuration and makes the stack for its target.
import { resolve } from "node:path";
import * as pulumi from "@pulumi/pulumi";
import { stackConfig } from "../infra/config";
import { local } from "./local";
import { ssh } from "./ssh";

const root = resolve(__dirname, "..");
const stack = pulumi.getStack();
const config = stackConfig();
const naming = { prefix: `${pulumi.getProject()}-${stack}`, stack };
const stacks = { local, ssh };

export const { endpoints, credentials, images } = stacks[config.target](config, naming, root);
