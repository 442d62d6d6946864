/** What the engine found, in the reader's words: what has all of them comes first. */

export interface Found {
  location: string;
  score: number;
  /** What was looked for, and whether it is there. */
  terms: Record<string, boolean>;
}

/** The `pages` found, each a list of its sections, for the reader's words and what was looked for in their place. */
export function sorted(pages: Found[][], words: Map<string, string[]>): Found[][] {
  const told = pages.map((sections) => sections.map((section) => inWords(section, words)).sort(by(share)));
  return told.sort(by((sections) => Math.max(...sections.map(share))));

  function share({ terms }: Found): number {
    return [...words.values()].filter((begun) => begun.some((each) => terms[each])).length;
  }
}

/** The theme says which words are missing: a word is, when none of its spellings is there. */
function inWords(section: Found, words: Map<string, string[]>): Found {
  const terms: Found["terms"] = {};
  for (const [word, begun] of words) {
    const there = begun.filter((each) => section.terms[each]);
    if (there.length) there.forEach((each) => (terms[each] = true));
    else if (Object.keys(section.terms).length) terms[word] = false;
  }
  return { ...section, terms };
}

function by<T>(value: (item: T) => number): (a: T, b: T) => number {
  return (a, b) => value(b) - value(a);
}
