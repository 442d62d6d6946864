/** Everything the reader has done as one file, and back. */
import { merged as mergedAssessment, read as readAssessment } from "../quiz/record";
import * as schedule from "../quiz/schedule";
import * as storage from "../quiz/storage";
import { merged, parse } from "./record";

const WHAT = "engineroom progress 1";

interface Backup {
  what: typeof WHAT;
  at: string;
  items: Record<string, string>;
}

/** Keys relative to the site, so that another place may take them in. Undefined when the storage cannot be read. */
export function collect(): Record<string, string> | undefined {
  const start = prefix();
  try {
    return Object.fromEntries(Object.keys(localStorage).filter((key) => key.startsWith(start)).sort().map((key) => [key.slice(start.length), localStorage.getItem(key)!]));
  } catch {
    return undefined;
  }
}

export function write(items: Record<string, string>): string {
  const backup: Backup = { what: WHAT, at: new Date().toISOString(), items };
  return JSON.stringify(backup, null, 1);
}

/** Takes a file in, beside what is there already: nothing is lost. Returns a sentence for the reader. */
export function restore(text: string): string {
  let backup: Partial<Backup> | null;
  try {
    backup = JSON.parse(text) as Partial<Backup> | null;
  } catch {
    return "This file cannot be read: it is no JSON. Choose one that this page has saved.";
  }
  const items = Object.entries(backup?.items ?? {});
  if (backup?.what !== WHAT || !items.every(([name, value]) => typeof value === "string" && /^[\w:-]+$/.test(name))) {
    return "This file is none that this page has saved.";
  }
  const failed = items.filter(([name, value]) => !storage.set(prefix() + name, joined(name, storage.get(prefix() + name) ?? null, value)));
  return failed.length ? "Your browser does not let this page keep everything (storage is blocked or full)." : `Taken in: ${items.length} ${items.length === 1 ? "record" : "records"}.`;
}

export function clear(): void {
  for (const name of Object.keys(collect() ?? {})) storage.remove(prefix() + name);
}

function prefix(): string {
  return storage.keyOf("");
}

function joined(name: string, here: string | null, there: string): string {
  if (here === null) return there;
  if (name === "progress:1") {
    const [a, b] = [parse(here), parse(there)];
    return a === "newer" || b === "newer" ? here : JSON.stringify(merged(a, b));
  }
  if (name === "checks") return latest(here, there);
  if (name === "review") return sooner(here, there);
  const [a, b] = [readAssessment(here, ""), readAssessment(there, "")];
  if (typeof a === "string" || typeof b === "string") return here;
  const { draft, revision } = JSON.parse(here) as typeof a;
  return JSON.stringify({ ...mergedAssessment(a, b), draft, revision });
}

/** Each missed question at its sooner time. */
function sooner(here: string, there: string): string {
  const [a, b] = [schedule.parse(here), schedule.parse(there)];
  return a === "newer" || b === "newer" ? here : JSON.stringify({ version: schedule.VERSION, items: schedule.merged(a, b) });
}

/** Each self-check's later answer. */
function latest(here: string, there: string): string {
  type Checks = { version: number; answers: Record<string, { at: number }> };
  try {
    const [a, b] = [JSON.parse(here) as Checks, JSON.parse(there) as Checks];
    if (a.version !== b.version) return here;
    const answers = { ...a.answers };
    for (const [id, check] of Object.entries(b.answers)) if (!(answers[id]?.at! >= check.at)) answers[id] = check;
    return JSON.stringify({ ...a, answers });
  } catch {
    return here;
  }
}
