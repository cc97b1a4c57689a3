// Services for tests, as a whole stack has them.
import type { Service } from "../service";

export const exampleService = (name: string, more: Partial<Service> = {}): Service => ({
  name,
  title: name,
  purpose: `What ${name} is for.`,
  url: `http://127.0.0.1:5000`,
  forPrograms: false,
  logins: [],
  ...more,
});

export const exampleServices: Service[] = [
  exampleService("frontend", {
    title: "GourmetGram",
    purpose: "Upload a food photo and see the prediction.",
    url: "http://198.51.100.7:5000",
  }),
  exampleService("labelStudio", {
    title: "Label Studio",
    purpose: "Annotators say what is on a photo.",
    url: "http://198.51.100.7:8081",
    logins: [
      { role: "student", user: "annotator@gourmetgram.example", may: "label photos" },
      { role: "administrator", user: "admin@gourmetgram.example", may: "change projects" },
    ],
  }),
  exampleService("airflow", {
    title: "Airflow",
    purpose: "The steps of the loop, on a schedule.",
    url: "http://198.51.100.7:8080",
    logins: [{ role: "student", user: "student", may: "trigger DAGs" }],
  }),
  exampleService("jupyter", {
    title: "Jupyter",
    purpose: "Notebooks on what was collected.",
    url: "http://198.51.100.7:8888",
    logins: [{ role: "student", may: "run notebooks" }],
  }),
  exampleService("inference", {
    title: "Inference API",
    purpose: "What food is on a photo.",
    url: "http://198.51.100.7:8000",
    forPrograms: true,
  }),
];
