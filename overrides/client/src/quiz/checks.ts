/** The reader's answers to self-checks, all under one key. */
import type { Answer } from "./grade";
import * as storage from "./storage";

export interface Check {
  answer: Answer;
  right: boolean;
  revision: string;
  at: number;
}

const VERSION = 1;

export function loadCheck(id: string): Check | undefined {
  const answers = all(storage.get(storage.keyOf("checks")));
  const found = answers === "newer" ? undefined : answers?.[id];
  return isCheck(found) ? found : undefined;
}

/** Returns whether it was kept. A record of another version is left as it is. */
export function keepCheck(id: string, check: Check): boolean {
  const key = storage.keyOf("checks");
  const text = storage.get(key);
  const answers = all(text);
  if (answers === "newer") return false;
  if (!answers && text && !storage.putAside(key, text)) return false;
  return storage.set(key, JSON.stringify({ version: VERSION, answers: { ...answers, [id]: check } }));
}

function all(text: string | null | undefined): Record<string, unknown> | "newer" | undefined {
  try {
    const { version, answers } = JSON.parse(text ?? "{}") as { version?: unknown; answers?: unknown };
    if (typeof version === "number" && version !== VERSION) return "newer";
    return typeof answers === "object" && answers !== null && !Array.isArray(answers) ? (answers as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}

function isCheck(value: unknown): value is Check {
  const check = value as Check | null | undefined;
  return Array.isArray(check?.answer) && check.answer.every((one) => typeof one === "string") && typeof check.revision === "string";
}
