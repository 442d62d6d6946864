/** Whether an answer is right. Nothing here knows of the page. */

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

/** A number as people type it: 1,024 and 1 024 are one thousand and twenty-four, 0,5 is a half. NaN when it is none. */
export function number(text: string): number {
  const bare = text.trim().replaceAll(/[\s\u00a0\u202f_]/g, "").replace("\u2212", "-");
  const plain = /^[-+]?\d{1,3}(,\d{3})+(\.\d*)?$/.test(bare) ? bare.replaceAll(",", "") : bare.replace(/^([-+]?\d*),(\d+)$/, "$1.$2");
  return /^[-+]?(\d+\.?\d*|\.\d+)(e[-+]?\d+)?$/i.test(plain) ? Number(plain) : NaN;
}

/** Case and spaces do not count. */
export function fold(text: string): string {
  return text.normalize("NFKC").trim().replaceAll(/\s+/g, " ").toLowerCase();
}

function near(value: number, wanted: number, within: number): boolean {
  // A little more than `within`: 0.1 + 0.2 is 0.3 to everybody but a computer.
  return Math.abs(value - wanted) <= within + 1e-12 * Math.max(1, Math.abs(wanted));
}
