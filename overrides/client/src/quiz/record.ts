/** What the browser keeps of an assessment: the draft, the best, the last attempts. Nothing here touches the browser. */
import type { Answer } from "./grade";

export const VERSION = 1;
export const KEPT = 20; // attempts

export interface Draft {
  revision: string;
  questions: string[];
  /** Ids of choices in the order shown, by question. */
  orders: Record<string, string[]>;
  answers: Record<string, Answer>;
  at: number;
}

export interface Best {
  score: number;
  max: number;
  at: number;
  revision: string;
}

export interface Attempt extends Best {
  id: string;
  answers: Record<string, Answer>;
}

export interface Assessed {
  version: typeof VERSION;
  revision: string;
  draft: Draft | null;
  best: Best | null;
  attempts: Attempt[];
}

export function empty(revision: string): Assessed {
  return { version: VERSION, revision, draft: null, best: null, attempts: [] };
}

/** What stood in the storage: a record, one of another version ("newer"), or nonsense ("damaged"). A draft of another revision is dropped. */
export function read(text: string | null, revision: string): Assessed | "newer" | "damaged" {
  const found = text === null ? empty(revision) : parse(text);
  return typeof found === "string" ? found : { ...found, revision, draft: found.draft?.revision === revision ? found.draft : null };
}

/** The record as it was written. */
export function parse(text: string): Assessed | "newer" | "damaged" {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return "damaged";
  }
  if (!isObject(value)) return "damaged";
  if (typeof value.version === "number" && value.version !== VERSION) return "newer";
  const { draft, best, attempts } = value;
  if (
    value.version !== VERSION ||
    !(draft === null || isDraft(draft)) ||
    !(best === null || isBest(best)) ||
    !Array.isArray(attempts) ||
    !attempts.every(isAttempt)
  ) {
    return "damaged";
  }
  return { version: VERSION, revision: typeof value.revision === "string" ? value.revision : "", draft, best, attempts };
}

/** Whether anything in it has been answered. */
export function begun(draft: Draft | null): boolean {
  return draft !== null && Object.values(draft.answers).some((answer) => answer.length > 0);
}

/** Two tabs' records as one: every attempt of both counts once, the best of both stays. The draft is `mine`. */
export function merged(mine: Assessed, theirs: Assessed): Assessed {
  const attempts = new Map([...theirs.attempts, ...mine.attempts].map((attempt) => [attempt.id, attempt]));
  return {
    ...mine,
    best: better(mine.best, theirs.best),
    attempts: [...attempts.values()].sort((a, b) => a.at - b.at || (a.id < b.id ? -1 : 1)).slice(-KEPT),
  };
}

/** The record after one more attempt. */
export function submitted(record: Assessed, attempt: Attempt): Assessed {
  const { score, max, at, revision } = attempt;
  return {
    ...record,
    draft: null,
    best: better(record.best, { score, max, at, revision }),
    attempts: [...record.attempts, attempt].slice(-KEPT),
  };
}

/** The higher share; the earlier of equals. */
export function better(a: Best | null, b: Best | null): Best | null {
  if (!a || !b) return a ?? b;
  const lead = a.score * b.max - b.score * a.max;
  return lead > 0 || (lead === 0 && a.at <= b.at) ? a : b;
}

/** Whether it is as large a share as `needed` of `draw`. */
export function passes({ score, max }: Best, needed: number, draw: number): boolean {
  return score * draw >= needed * max;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isBest(value: unknown): value is Best {
  if (!isObject(value)) return false;
  const { score, max, at, revision } = value;
  const counts = [score, max].every((one) => Number.isInteger(one) && (one as number) >= 0);
  return counts && (score as number) <= (max as number) && (max as number) > 0 && Number.isFinite(at) && typeof revision === "string";
}

function isAttempt(value: unknown): value is Attempt {
  return isBest(value) && typeof (value as Attempt).id === "string" && isAnswers((value as Attempt).answers);
}

function isDraft(value: unknown): value is Draft {
  return (
    isObject(value) &&
    typeof value.revision === "string" &&
    isStrings(value.questions) &&
    isAnswers(value.orders) &&
    isAnswers(value.answers) &&
    Number.isFinite(value.at)
  );
}

function isAnswers(value: unknown): value is Record<string, Answer> {
  return isObject(value) && Object.values(value).every(isStrings);
}

function isStrings(value: unknown): value is string[] {
  return Array.isArray(value) && value.every((one) => typeof one === "string");
}
