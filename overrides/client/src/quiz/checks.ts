/** The reader's answers to self-checks, by question. */
import { items, lower } from "../storage/items";
import { type Outcome, Slot } from "../storage/slot";
import type { Answer } from "./grade";

export interface Check {
  answer: Answer;
  right: boolean;
  revision: string;
  at: number;
}

export const checks = new Slot(
  "checks",
  items((value): value is Check => {
    const check = value as Check | null;
    const strings = Array.isArray(check?.answer) && check.answer.every((one) => typeof one === "string");
    return strings && typeof check?.right === "boolean" && typeof check.revision === "string" && Number.isFinite(check.at);
  }),
);

/** The later answer. */
export const later = lower<Check>(({ at }) => -at);

/** The question was answered, now or a moment ago. */
export function answered(id: string, check: Check): Outcome<unknown> {
  return checks.change(
    (items) => ({ ...items, [id]: check }),
    (items) => ({ ...items, [id]: Object.hasOwn(items, id) ? later(items[id]!, check) : check }),
  );
}
