// A program: judges a machine by its facts, on standard input, for a deployment whose needs are its one argument. Ends with 1
// when the machine isn't fit, and then says why on standard error. The gate runs it, so that it has the doctor's words.
import { readFileSync } from "node:fs";
import { readFacts } from "./facts";
import type { HostNeeds } from "./host-needs";
import { verdicts } from "./verdicts";

const needs = JSON.parse(process.argv[2] ?? "") as HostNeeds;
const found = verdicts(readFacts(readFileSync(0, "utf8")), needs, Date.now() / 1000);
const failed = found.filter(({ ok }) => ok === false);
for (const { words } of failed) console.error(words);
process.exitCode = failed.length > 0 ? 1 : 0;
