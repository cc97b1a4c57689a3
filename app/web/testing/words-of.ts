// Pages are asked for their meaning: headings, words, links, counts.

/** What a person reads: tags away, white space collapsed. */
export const wordsOf = (html: string) =>
  html
    .replace(/<title>.*<\/title>/s, "")
    .replace(/<[^>]*>/g, " ")
    .replace(/\s+/g, " ")
    .trim();
