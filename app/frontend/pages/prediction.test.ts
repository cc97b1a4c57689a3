// Pages are asked for their meaning: headings, words, links, counts.
import { FOOD_CLASSES } from "@feedback-loop/contract";
import fc from "fast-check";
import { exampleItem } from "../saving/testing/example-item";
import { asJson, percent, predictionPage } from "./prediction";
import { problemPage } from "./problem";
import { renderPage } from "./render";
import { uploadPage } from "./upload";

const facts = exampleItem({ id: "6f9619ff-8b86-4d01-b42d-00cf4fc964ff" }).prediction;
const model = {
  version: facts.modelVersion,
  title: "Demonstration model",
  notice: "Often wrong.",
  classes: [...FOOD_CLASSES],
};

/** What a person reads: tags away, white space collapsed. */
const words = (html: string) =>
  html
    .replace(/<title>.*<\/title>/s, "")
    .replace(/<[^>]*>/g, " ")
    .replace(/\s+/g, " ")
    .trim();

const show = (saved: boolean, context = { model, photoBucket: "production" }) =>
  renderPage("prediction", predictionPage({ facts, saved }, context));

describe("the page of a prediction", () => {
  it("says what the model sees and how sure it is", () => {
    const page = show(true);
    expect(page).toMatch(/<h1>Egg<\/h1>/);
    expect(words(page)).toContain("with a confidence of 90.0 %");
    expect(page).toContain(`<img src="/predictions/${facts.id}/photo" alt="Your photo">`);
  });

  it("shows all eleven classes, the most probable first", () => {
    const rows = show(true).match(/<th scope="row">[^<]*/g) ?? [];
    expect(rows).toHaveLength(11);
    expect(rows[0]).toContain("Egg");
    expect(show(true).match(/<progress /g)).toHaveLength(11);
  });

  it("says whether it is saved, and where", () => {
    expect(words(show(true))).toContain("Saved.");
    expect(words(show(true))).toContain(
      `In the object store, bucket production , as ${facts.objectKey}`,
    );
    expect(words(show(false))).toContain(
      "Not saved yet: kept safely here, and will be saved when the store is back.",
    );
    expect(words(show(false))).not.toContain("Saved.");
    expect(words(show(false))).toContain("Will be in the object store");
  });

  it("names the model that answered, with what it says of itself", () => {
    expect(words(show(true))).toContain("Often wrong.");
    expect(words(show(true))).toContain("Demonstration model, version 0123456789ab");
  });

  it("doesn't put the words of another model on the answer", () => {
    const page = words(
      show(true, { model: { ...model, version: "another" }, photoBucket: "production" }),
    );
    expect(page).toContain("version 0123456789ab");
    expect(page).not.toContain("Often wrong.");
  });
});

describe("every page", () => {
  it("escapes what it is given", () => {
    const notice = '<script>alert("x")</script>';
    const page = renderPage("upload", uploadPage({ model: { ...model, notice }, limitMiB: 10 }));
    expect(page).not.toContain("<script>alert");
    expect(page).toContain("&lt;script&gt;");
  });

  it.each([
    ["upload", renderPage("upload", uploadPage({ model: undefined, limitMiB: 10 }))],
    ["prediction", show(false)],
    ["problem", renderPage("problem", problemPage({ status: 404, code: "c", message: "m" }))],
  ])("%s has one heading, a language, a title, and no inline script or style", (_name, page) => {
    expect(page.match(/<h1>/g)).toHaveLength(1);
    expect(page).toContain('<html lang="en">');
    expect(page).toMatch(/<title>\S.* · GourmetGram<\/title>/);
    expect(page).not.toMatch(/ style=|<style|<script>| on[a-z]+=/);
    for (const image of page.match(/<img [^>]*>/g) ?? []) expect(image).toContain("alt=");
  });

  it("upload is a form that works without a script", () => {
    const page = renderPage("upload", uploadPage({ model, limitMiB: 10 }));
    expect(page).toMatch(/<form [^>]*method="post" action="\/" enctype="multipart\/form-data">/);
    expect(page).toMatch(/<label [^>]*for="photo">/);
    expect(page).toMatch(/<input type="file" id="photo" name="photo"/);
    expect(words(page)).toContain("at most 10 MiB");
  });

  it("problem says what to do", () => {
    const problem = { status: 503, code: "busy", message: "Busy.", advice: "Wait." };
    const page = renderPage("problem", problemPage(problem));
    expect(words(page)).toContain("Not just now Busy. Wait. Try again");
  });
});

describe("a probability for people", () => {
  it.each([
    [0, "0.0 %"],
    [0.0004, "< 0.1 %"],
    [0.632, "63.2 %"],
    [0.9996, "> 99.9 %"],
    [1, "100.0 %"],
  ])("%d is %s", (probability, text) => {
    expect(percent(probability)).toBe(text);
  });

  it("is never certain about what isn't", () => {
    const uncertain = fc.double({ min: 0, max: 1, minExcluded: true, maxExcluded: true });
    fc.assert(
      fc.property(uncertain, (probability) => {
        expect(["0.0 %", "100.0 %"]).not.toContain(percent(probability));
      }),
    );
  });
});

it("a prediction for programs has the fields of the inference API's answer", () => {
  expect(asJson({ facts, saved: false })).toMatchObject({
    id: facts.id,
    saved: false,
    prediction: {
      prediction: "Egg",
      probability: 0.9,
      classIndex: 3,
      modelVersion: "0123456789ab",
    },
    url: `/predictions/${facts.id}`,
  });
});
