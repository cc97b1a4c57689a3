// What to do with a stack, in the order of the loop, as far as the stack has the parts for it.
import type { EndpointName } from "../../infra/config";
import type { Role } from "../../infra/services/service-spec";
import type { Endpoints } from "../setup/stack";

export interface Step {
  words: string;
  /** Where it is done. */
  url: string;
}

const steps: Record<Role, { endpoint: EndpointName; words: string }[]> = {
  student: [
    { endpoint: "portal", words: "See that everything is well, and what each part is for." },
    {
      endpoint: "frontend",
      words: "Upload a food photo, look at the prediction, and say whether it is right.",
    },
    {
      endpoint: "jupyter",
      words: "Open the notebook about the prediction log and run it from top to bottom.",
    },
    {
      endpoint: "labelStudio",
      words: "Label the photos that wait, without knowing what the model said.",
    },
    { endpoint: "airflow", words: "Start a DAG of the loop and watch what it does." },
  ],
  administrator: [
    {
      endpoint: "portal",
      words: "See that everything is well; npm run status and npm run doctor tell more.",
    },
    {
      endpoint: "airflow",
      words: "Run the DAG check_connections: it proves that the parts reach each other.",
    },
    { endpoint: "frontend", words: "Upload a photo, as a student will." },
  ],
};

export const nextSteps = (role: Role, endpoints: Endpoints): Step[] =>
  steps[role].flatMap(({ endpoint, words }) => {
    const found = endpoints[endpoint];
    return found ? [{ words, url: found.url }] : [];
  });
