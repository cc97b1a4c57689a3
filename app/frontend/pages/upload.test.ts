import { FOOD_CLASSES } from "@feedback-loop/contract";
import { readSample, sampleNamed, samples } from "./samples";
import { detectPhotoType } from "../photos/photo-type";
import { renderPage } from "./render";
import { wordsOf } from "../../web/testing/words-of";
import { uploadPage } from "./upload";

const model = { version: "v1", title: "", notice: "Often wrong.", classes: [...FOOD_CLASSES] };

const show = (given: Partial<Parameters<typeof uploadPage>[0]> = {}) =>
  renderPage("upload", uploadPage({ model, limitMiB: 10, samples, hasSession: false, ...given }));

describe("the first page", () => {
  it("has a form that works without a script", () => {
    const page = show();
    expect(page).toMatch(/<form [^>]*method="post" action="\/" enctype="multipart\/form-data"/);
    expect(page).toMatch(/<label [^>]*for="photo">/);
    expect(page).toMatch(/<input type="file" id="photo" name="photo"/);
    expect(wordsOf(page)).toContain("at most 10 MiB");
    expect(page).toContain('data-too-large="The photo is larger than 10 MiB.');
  });

  it("says which model would answer, what to know of it, and what is kept", () => {
    expect(wordsOf(show())).toContain("Often wrong.");
    expect(wordsOf(show())).toContain("The answer comes from the model, version v1 .");
    expect(wordsOf(show())).toContain("is removed from the file before anything else");
    expect(wordsOf(show({ model: undefined }))).toContain("The model can't be reached");
  });

  it("leads to one's own photos once there are some", () => {
    expect(show()).not.toContain('href="/history"');
    expect(show({ hasSession: true })).toContain('href="/history"');
  });
});

describe("sample pictures", () => {
  it.each(samples)("$name is a picture that its button sends by name", async (sample) => {
    expect(detectPhotoType(await readSample(sample))).toBe("jpeg");
    expect(sampleNamed(sample.name)).toBe(sample);
    const button = `name="sample" value="${sample.name}"><img src="/static/samples/${sample.file}"`;
    expect(show()).toContain(button);
  });

  it("are known by their names only", () => {
    expect(sampleNamed("../style.css")).toBeUndefined();
  });
});
