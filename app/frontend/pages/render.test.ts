// What holds for every page.
import { FOOD_CLASSES } from "@feedback-loop/contract";
import { exampleItem } from "../saving/testing/example-item";
import { historyPage } from "./history";
import { predictionPage } from "./prediction";
import { problemPage } from "./problem";
import { renderPage } from "./render";
import { samples } from "./samples";
import { wordsOf } from "../../web/testing/words-of";
import { uploadPage } from "./upload";

const facts = exampleItem().prediction;
const evil = '<script>alert("x")</script>';
const model = {
  version: facts.modelVersion,
  title: evil,
  notice: evil,
  classes: [...FOOD_CLASSES],
};
const feedback = { csrfToken: evil, latest: undefined };
const item = { facts, saved: false, feedback: undefined };
const context = { model, photoBucket: evil, feedback };

describe.each([
  ["upload", renderPage("upload", uploadPage({ model, limitMiB: 10, samples, hasSession: true }))],
  ["prediction", renderPage("prediction", predictionPage(item, context))],
  [
    "history",
    renderPage("history", historyPage({ items: [item], olderThan: undefined, incomplete: true })),
  ],
  [
    "problem",
    renderPage("problem", problemPage({ status: 404, code: "c", message: evil, advice: evil })),
  ],
])("page %s", (_name, page) => {
  it("has one heading, a language, a title, and no inline script or style", () => {
    expect(page.match(/<h1>/g)).toHaveLength(1);
    expect(page).toContain('<html lang="en">');
    expect(page).toMatch(/<title>\S.* · GourmetGram<\/title>/);
    expect(page).not.toMatch(/ style=|<style|<script>| on[a-z]+=/);
    for (const image of page.match(/<img [^>]*>/g) ?? []) expect(image).toContain("alt=");
  });

  it("escapes what it is given", () => {
    expect(page).not.toContain("<script>alert");
  });
});

describe("the page of a problem", () => {
  const busy = { status: 503, code: "busy", message: "Busy.", advice: "Wait." };
  const show = (...given: Parameters<typeof problemPage>) =>
    renderPage("problem", problemPage(...given));

  it("says what happened and what to do", () => {
    expect(wordsOf(show(busy))).toContain("Not just now Busy. Wait. Try again");
  });

  it("leads to the same page again where that may help, else to the first one", () => {
    expect(show(busy, "/history")).toContain('<a class="button" href="/history">Try again</a>');
    expect(show(busy)).toContain('<a class="button" href="/">Try again</a>');
    const gone = { ...busy, status: 404 };
    expect(show(gone, "/nothing")).toContain('<a class="button" href="/">Send a photo</a>');
  });
});
