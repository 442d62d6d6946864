/** The reader's answers to self-checks, by question. */
import type { Answer } from "./grade";
import { Kept } from "./kept";

export interface Check {
  answer: Answer;
  right: boolean;
  revision: string;
  at: number;
}

export const checks = new Kept<Check>("checks", (value): value is Check => {
  const check = value as Check | null;
  const strings = Array.isArray(check?.answer) && check.answer.every((one) => typeof one === "string");
  return strings && typeof check?.right === "boolean" && typeof check.revision === "string" && Number.isFinite(check.at);
});

/** The later answer. */
export function later(a: Check, b: Check): Check {
  return b.at > a.at ? b : a;
}
