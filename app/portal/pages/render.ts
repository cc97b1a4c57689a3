// Turns a page's typed object into HTML by the template of the same name beside this file. Eta escapes
// every value that a template writes with <%= %>.
import { join } from "node:path";
import type { ProblemPage } from "@feedback-loop/web";
import { Eta } from "eta";
import type { PortalPage } from "./portal";

export interface Pages {
  portal: PortalPage;
  problem: ProblemPage;
}

// The bundle lies in one folder with the templates' folder, as this module's parent does in the source.
const views = __dirname.endsWith("pages") ? __dirname : join(__dirname, "pages");
const eta = new Eta({ views, cache: true });

export const renderPage = <Name extends keyof Pages>(name: Name, page: Pages[Name]): string =>
  eta.render(name, page);
