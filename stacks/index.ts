// The Pulumi program: reads the configuration and makes the stack for its target.
import { resolve } from "node:path";
import * as pulumi from "@pulumi/pulumi";
import { stackConfig } from "../infra/config";
import { chameleon } from "./chameleon";
import { local } from "./local";
import { ssh } from "./ssh";

const root = resolve(__dirname, "..");
const stack = pulumi.getStack();
const config = stackConfig();
const naming = { prefix: `${pulumi.getProject()}-${stack}`, stack };
const stacks = { local, ssh, chameleon };

/** The stack's outputs. */
export = stacks[config.target](config, naming, root);
