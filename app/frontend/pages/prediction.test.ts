import { FOOD_CLASSES } from "@feedback-loop/contract";
import type { NewFeedback } from "@feedback-loop/database";
import { exampleItem } from "../saving/testing/example-item";
import { asJson, type FeedbackContext, predictionPage } from "./prediction";
import { renderPage } from "./render";
import { wordsOf as words } from "../../web/testing/words-of";

const facts = exampleItem({ id: "6f9619ff-8b86-4d01-b42d-00cf4fc964ff" }).prediction;
const model = {
  version: facts.modelVersion,
  title: "Demonstration model",
  notice: "Often wrong.",
  classes: [...FOOD_CLASSES],
};

const show = (saved: boolean, { answeredBy = model, feedback }: Shown = {}) => {
  const context = { model: answeredBy, photoBucket: "production", feedback };
  return renderPage("prediction", predictionPage({ facts, saved }, context));
};

interface Shown {
  answeredBy?: typeof model;
  feedback?: FeedbackContext;
}

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
    const page = words(show(true, { answeredBy: { ...model, version: "another" } }));
    expect(page).toContain("version 0123456789ab");
    expect(page).not.toContain("Often wrong.");
  });
});

describe("the feedback on the page of a prediction", () => {
  const said = (kind: NewFeedback["kind"], classIndex: number | null = null): NewFeedback => ({
    id: "0b0f1d1e-52a4-4f9f-9a8e-0c7d7a3f9a10",
    predictionId: facts.id,
    kind,
    classIndex,
    givenAt: new Date(),
  });
  const asUploader = (latest?: NewFeedback) =>
    show(true, { feedback: { csrfToken: "the-token", latest } });

  it("is asked for in forms that work without a script", () => {
    const page = asUploader();
    const forms = page.match(/<form [^>]*>/g) ?? [];
    expect(forms).toHaveLength(2);
    for (const form of forms) {
      expect(form).toContain(`method="post" action="/predictions/${facts.id}/feedback"`);
    }
    expect(page.match(/name="csrf" value="the-token"/g)).toHaveLength(2);
    expect(page.match(/<button [^>]*name="kind" value="(agree|flag|correction)"/g)).toHaveLength(3);
    expect(page.match(/<option value="\d+"/g)).toHaveLength(11);
    expect(words(page)).not.toContain("You said");
  });

  it.each([
    [said("agree"), "You said: that’s right . Thank you!", 'value="agree" aria-pressed="true"'],
    [said("flag"), "You said: that’s wrong . Thank you!", 'value="flag" aria-pressed="true"'],
    [said("correction", 9), "You said: it is Soup . Thank you!", 'value="9" selected'],
  ])("shows what was said last and can be changed", (latest, text, mark) => {
    const page = asUploader(latest);
    expect(words(page)).toContain(text);
    expect(page).toContain(mark);
    expect(page.match(/aria-pressed="true"|selected/g)).toHaveLength(1);
    expect(page.match(/<button [^>]*name="kind"/g)).toHaveLength(3);
  });

  it("isn't asked of anybody else", () => {
    const page = show(true);
    expect(page).not.toContain("<form");
    expect(words(page)).toContain("Only the person who sent this photo");
  });

  it("is told to programs", () => {
    const feedback = { kind: "correction", classIndex: 9 };
    const record = { facts, saved: true };
    expect(asJson({ ...record, feedback: said("correction", 9) })).toMatchObject({
      feedbackUrl: `/predictions/${facts.id}/feedback`,
      feedback,
    });
    expect(asJson(record).feedback).toBeNull();
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
