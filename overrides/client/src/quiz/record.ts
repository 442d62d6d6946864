/** What the browser keeps of an assessment: the draft, the best, the last attempts. */
import { type Format, isFields } from "../storage/format";
import { lower } from "../storage/items";
import { Slot } from "../storage/slot";
import type { Answer } from "./grade";

/** How many attempts, the last ones. */
export const ATTEMPTS = 20;

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
  /** Of the questions, when it was written. */
  revision: string;
  draft: Draft | null;
  best: Best | null;
  attempts: Attempt[];
}

export function empty(revision: string): Assessed {
  return { revision, draft: null, best: null, attempts: [] };
}

export const format: Format<Assessed> = {
  version: 1,
  none: () => empty(""),
  read({ revision, draft, best, attempts }) {
    if (!Array.isArray(attempts)) return undefined;
    const good = attempts.filter(isAttempt);
    const goodDraft = draft === null || isDraft(draft) ? draft : undefined;
    const goodBest = best === null || isBest(best) ? best : undefined;
    const value = {
      revision: typeof revision === "string" ? revision : "",
      draft: goodDraft ?? null,
      best: goodBest === undefined ? good.map(asBest).reduce<Best | null>(better, null) : goodBest,
      attempts: good,
    };
    return { value, strange: attempts.length - good.length + Number(goodDraft === undefined) + Number(goodBest === undefined) };
  },
  write: (record) => ({ ...record }),
};

const slots = new Map<string, Slot<Assessed>>();

/** The record of the assessment called `id`. */
export function assessment(id: string): Slot<Assessed> {
  if (!slots.has(id)) slots.set(id, new Slot(id, format));
  return slots.get(id)!;
}

/** As it counts for questions of this revision: the draft of another one is dropped. */
export function current(record: Assessed, revision: string): Assessed {
  return { ...record, revision, draft: record.draft?.revision === revision ? record.draft : null };
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
    attempts: [...attempts.values()].sort((a, b) => a.at - b.at || (a.id < b.id ? -1 : 1)).slice(-ATTEMPTS),
  };
}

/** The record after one more attempt. */
export function submitted(record: Assessed, attempt: Attempt): Assessed {
  return {
    ...record,
    draft: null,
    best: better(record.best, asBest(attempt)),
    attempts: [...record.attempts, attempt].slice(-ATTEMPTS),
  };
}

/** The higher share; the earlier of equals. */
export function better(a: Best | null, b: Best | null): Best | null {
  if (!a || !b) return a ?? b;
  const lead = a.score * b.max - b.score * a.max;
  return lead === 0 ? earlier(a, b) : lead > 0 ? a : b;
}

const earlier = lower<Best>(({ at }) => at);

function asBest({ score, max, at, revision }: Best): Best {
  return { score, max, at, revision };
}

/** Whether it is as large a share as `needed` of `draw`. */
export function passes({ score, max }: Best, needed: number, draw: number): boolean {
  return score * draw >= needed * max;
}

function isBest(value: unknown): value is Best {
  if (!isFields(value)) return false;
  const { score, max, at, revision } = value;
  const counts = [score, max].every((one) => Number.isInteger(one) && (one as number) >= 0);
  return counts && (score as number) <= (max as number) && (max as number) > 0 && Number.isFinite(at) && typeof revision === "string";
}

function isAttempt(value: unknown): value is Attempt {
  return isBest(value) && typeof (value as Attempt).id === "string" && isAnswers((value as Attempt).answers);
}

function isDraft(value: unknown): value is Draft {
  return (
    isFields(value) &&
    typeof value.revision === "string" &&
    isStrings(value.questions) &&
    isAnswers(value.orders) &&
    isAnswers(value.answers) &&
    Number.isFinite(value.at)
  );
}

function isAnswers(value: unknown): value is Record<string, Answer> {
  return isFields(value) && Object.values(value).every(isStrings);
}

function isStrings(value: unknown): value is string[] {
  return Array.isArray(value) && value.every((one) => typeof one === "string");
}
