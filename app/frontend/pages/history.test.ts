import { exampleItem } from "../saving/testing/example-item";
import { type HistoryItem, historyPage } from "./history";
import { renderPage } from "./render";
import { wordsOf } from "../../web/testing/words-of";

const photo = (saved: boolean, feedback?: HistoryItem["feedback"]): HistoryItem => ({
  facts: exampleItem().prediction,
  saved,
  feedback,
});

function show(
  items: HistoryItem[],
  { olderThan = undefined as Date | undefined, incomplete = false } = {},
) {
  return renderPage("history", historyPage({ items, olderThan, incomplete }));
}

describe("the page of one's own photos", () => {
  it("shows each with its thumbnail, answer and what was said of it", () => {
    const [first, second] = [photo(true), photo(false)];
    first.feedback = {
      id: "0b0f1d1e-52a4-4f9f-9a8e-0c7d7a3f9a10",
      predictionId: first.facts.id,
      kind: "flag",
      classIndex: null,
      givenAt: new Date(),
    };
    const page = show([first, second]);
    expect(page.match(/<li>/g)).toHaveLength(2);
    for (const { facts } of [first, second]) {
      expect(page).toContain(`<a href="/predictions/${facts.id}">`);
      expect(page).toContain(`src="/predictions/${facts.id}/thumbnail"`);
    }
    expect(wordsOf(page)).toContain("Egg 90.0 % sure You said: that’s wrong 24 November 2026");
    expect(wordsOf(page)).toContain("Egg 90.0 % sure, not saved yet 24 November 2026");
  });

  it("leads to older ones if there are any", () => {
    const olderThan = new Date("2026-11-24T10:00:00.000Z");
    expect(show([photo(true)], { olderThan })).toContain(
      'href="/history?before=2026-11-24T10:00:00.000Z"',
    );
    expect(show([photo(true)])).not.toContain("Older photos");
  });

  it("says when there is nothing, and when that can't be told", () => {
    expect(wordsOf(show([]))).toContain("There is nothing yet.");
    const page = wordsOf(show([], { incomplete: true }));
    expect(page).toContain("Nothing is lost.");
    expect(page).not.toContain("There is nothing yet.");
  });
});
