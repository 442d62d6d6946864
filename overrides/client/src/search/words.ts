/**
 * What a reader asks, in words that the book may hold: the engine matches the beginnings of words, letter by letter, so each word is cut to
 * what its forms have in common, and written in both spellings.
 */

/** Words that say nothing; the engine's index leaves them out. */
const EMPTY = new Set(
  "a an and are as at be but by do does for from has have how i if in into is it its of on or so than that the their then there these they this to was what when where which why will with you".split(
    " ",
  ),
);

/** [American, British], as words begin, where the rules for endings do not lead from one to the other. */
const SPELLINGS = [
  ["behavior", "behaviour"],
  ["color", "colour"],
  ["center", "centre"],
  ["neighbor", "neighbour"],
  ["gray", "grey"],
  ["artifact", "artefact"],
  ["labeled", "labelled"],
  ["modeling", "modelling"],
  ["favor", "favour"],
] as const;

const ENDING = /(?:ations?|ings?|ers?|ies|ied|es|ed|e|s|y)$/;
/** Before which nothing is cut: they end the stem itself. */
const WHOLE = /(?:ss|us|is)$/;

/** The beginnings under which the forms of `word` stand in the book. */
export function beginnings(word: string): string[] {
  const lower = word.toLowerCase();
  const pair = SPELLINGS.find((pair) => pair.some((spelling) => lower.startsWith(spelling)));
  if (pair) return [...pair];
  const begun = stem(lower);
  const change = /^(.{3,}[iy])[sz]$/.exec(begun);
  return change ? [`${change[1]}z`, `${change[1]}s`] : [begun];
}

function stem(word: string): string {
  if (!/^\p{L}+$/u.test(word) || word.length < 5 || WHOLE.test(word)) return word;
  const cut = word.replace(ENDING, "");
  if (cut.length < 4) return word.endsWith("s") ? word.slice(0, -1) : word;
  return cut.replace(/([bdgmnprt])\1$/, "$1"); // clipped, clip
}

/** For each of the reader's words that says something, what is looked for. Words with marks of the engine's own are left as they are. */
export function asked(query: string): Map<string, string[]> {
  const words = query.split(/[\s-]+/).filter(Boolean);
  const telling = words.filter((word) => !EMPTY.has(word.toLowerCase()));
  return new Map((telling.length ? telling : words).map((word) => [word, beginnings(word)]));
}

/** The question to the engine. A single letter is a word of its own, not the beginning of others. */
export function question(words: Map<string, string[]>): string {
  return [...new Set([...words.values()].flat())].map((begun) => (begun.length === 1 ? `${begun}^1` : begun)).join(" ");
}
