/** Everything the reader has done as one file, and back. */
import { checks, later } from "../quiz/checks";
import { type Items, joined, type Kept } from "../quiz/kept";
import { merged, read } from "../quiz/record";
import { review, sooner } from "../quiz/schedule";
import * as storage from "../quiz/storage";
import { done } from "./keep";

const WHAT = "engineroom progress 1";

/** How two records of one name become one. What is none of these is an assessment's. */
const JOINS: Record<string, (here: string, there: string) => string> = {
  [done.name]: both(done, Math.min),
  [checks.name]: both(checks, later),
  [review.name]: both(review, sooner),
};

/** By names within the site, so that another place may take them in. Undefined when the storage cannot be read. */
export function collect(): Record<string, string> | undefined {
  const start = storage.keyOf("");
  try {
    const keys = Object.keys(localStorage).filter((key) => key.startsWith(start)).sort();
    return Object.fromEntries(keys.map((key) => [key.slice(start.length), localStorage.getItem(key)!]));
  } catch {
    return undefined;
  }
}

export function write(items: Record<string, string>): Blob {
  return new Blob([JSON.stringify({ what: WHAT, at: new Date().toISOString(), items }, null, 1)], { type: "application/json" });
}

/** Takes a file in, beside what is there already: nothing is lost. Returns a sentence for the reader. */
export function restore(text: string): string {
  let backup: { what?: unknown; items?: unknown } | null;
  try {
    backup = JSON.parse(text) as typeof backup;
  } catch {
    return "This file cannot be read: it is no JSON. Choose one that this page has saved.";
  }
  const items = Object.entries(backup?.items ?? {}) as [string, unknown][];
  if (backup?.what !== WHAT || !items.every((item): item is [string, string] => typeof item[1] === "string" && /^[\w:-]+$/.test(item[0]))) {
    return "This file is none that this page has saved.";
  }
  const kept = items.filter(([name, there]) => {
    const key = storage.keyOf(name);
    const here = storage.get(key);
    return storage.set(key, here ? (JOINS[name] ?? assessments)(here, there) : there);
  });
  if (kept.length < items.length) return "Your browser does not let this page keep everything (storage is blocked or full).";
  return `Taken in: ${items.length} ${items.length === 1 ? "record" : "records"}.`;
}

export function clear(): void {
  for (const name of Object.keys(collect() ?? {})) storage.remove(storage.keyOf(name));
}

function both<T>(kept: Kept<T>, prefer: (a: T, b: T) => T): (here: string, there: string) => string {
  return (here, there) => {
    const [a, b] = [kept.parse(here), kept.parse(there)];
    return typeof a === "string" || typeof b === "string" ? here : kept.write(joined(a as Items<T>, b as Items<T>, prefer));
  };
}

/** The draft that is here stays. */
function assessments(here: string, there: string): string {
  const revision = (JSON.parse(here) as { revision?: string } | null)?.revision ?? "";
  const [a, b] = [read(here, revision), read(there, revision)];
  return typeof a === "string" || typeof b === "string" ? here : JSON.stringify(merged(a, b));
}
