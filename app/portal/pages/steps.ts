// What a student does, in order: each step at the service where it is done. A stack without a service has no such step.
export interface Step {
  /** Name of the service's endpoint. */
  service: string;
  title: string;
  text: string;
  action: string;
  /** Page of the service where it is done; left out: its first one. */
  path?: string;
}

export const steps: readonly Step[] = [
  {
    service: "frontend",
    title: "Send a photo of food",
    text: "The model says which of eleven kinds it sees. No photo at hand? The page has drawn ones.",
    action: "Open GourmetGram",
  },
  {
    service: "frontend",
    title: "Say whether the answer is right",
    text: "Below the answer: that’s right, that’s wrong, or which kind it is. What users say tells where to look; it isn’t taken for the truth.",
    action: "See your photos",
    path: "/history",
  },
  {
    service: "labelStudio",
    title: "Label photos as an annotator",
    text: "Open the project and choose for each photo the kind that you see. The model’s answer is hidden on purpose: your labels are what it is measured by.",
    action: "Open Label Studio",
  },
  {
    service: "airflow",
    title: "Run a step of the loop",
    text: "Choose the DAG check_connections and trigger it: it shows that every part reaches the others.",
    action: "Open Airflow",
  },
  {
    service: "jupyter",
    title: "Look at what was collected",
    text: "The first notebook reads the prediction log with its photos and draws a plot. Change it and look further.",
    action: "Open Jupyter",
  },
];
