/** Whether an answer is right. Nothing here knows of the page. */
import { number } from "./numbers";

export type Type = "single" | "multiple" | "numeric" | "text" | "order";

export interface Asked {
  id: string;
  type: Type;
  topic: string;
  /** Ids of choices, or what may be typed. */
  key: string[];
  /** For numbers: how far off is still right, and whether that is a share of the answer. */
  tolerance: number;
  relative: boolean;
}

/** Ids of the chosen, in order; or the one thing typed. Empty: not answered. */
export type Answer = string[];

export function isRight({ type, key, tolerance, relative }: Asked, answer: Answer): boolean {
  const [first = ""] = answer;
  switch (type) {
    case "single":
      return answer.length === 1 && key.includes(first);
    case "multiple":
      return answer.length === key.length && answer.every((id) => key.includes(id));
    case "order":
      return answer.length === key.length && answer.every((id, at) => id === key[at]);
    case "text":
      return key.some((text) => fold(text) === fold(first));
    case "numeric": {
      const wanted = number(key[0] ?? "");
      return near(number(first), wanted, relative ? tolerance * Math.abs(wanted) : tolerance);
    }
  }
}

/** Whether what was typed is what the author foresaw: the same words, or the same number. */
export function same(type: Type, typed: string, foreseen: string): boolean {
  return type === "numeric" ? near(number(typed), number(foreseen), 0) : fold(typed) === fold(foreseen);
}

/**
 * Case, spaces and what a word processor makes of what is typed do not count: curly quotes, dashes, full-width letters, ligatures,
 * letters with their accents apart, and what has no width.
 */
export function fold(text: string): string {
  return (
    text
      .replaceAll(/[\u2018\u2019\u201a\u201b\u2032\u02bc\u00b4]/g, "'") // before NFKC, which takes some of them apart
      .replaceAll(/[\u201c-\u201f\u2033\u00ab\u00bb]/g, '"')
      .replaceAll(/[\u2010-\u2015\u2212]/g, "-")
      // biome-ignore lint/suspicious/noMisleadingCharacterClass: marks that stand alone are what is looked for
      .replaceAll(/[\u00ad\u200b-\u200f\u2060\ufe00-\ufe0f\ufeff]/g, "")
      .normalize("NFKC")
      .trim()
      .replaceAll(/\s+/g, " ")
      .toLowerCase()
      .normalize("NFC")
  );
}

function near(value: number, wanted: number, within: number): boolean {
  // A little more than `within`: 0.1 + 0.2 is 0.3 to everybody but a computer.
  return Math.abs(value - wanted) <= within + 1e-12 * Math.max(1, Math.abs(wanted));
}
