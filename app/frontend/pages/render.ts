// Turns a page's typed object into HTML by the template of the same name beside this file. Eta escapes
// every value that a template writes with <%= %>.
import { join } from "node:path";
import type { ProblemPage } from "@feedback-loop/web";
import { Eta } from "eta";
import { links } from "../links";
import type { HistoryPage } from "./history";
import type { PredictionPage } from "./prediction";
import type { UploadPage } from "./upload";

export interface Pages {
  upload: UploadPage;
  prediction: PredictionPage;
  history: HistoryPage;
  problem: ProblemPage;
}

// The bundle lies in one folder with the templates' folder, as this module's parent does in the source.
const views = __dirname.endsWith("pages") ? __dirname : join(__dirname, "pages");
const eta = new Eta({ views, cache: true });

export function renderPage<Name extends keyof Pages>(name: Name, page: Pages[Name]): string {
  return eta.render(name, { ...page, links });
}
