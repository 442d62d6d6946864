/** Everything the reader has done as one file, and back. */

import { site } from "../page/config";
import { checks } from "../quiz/checks";
import { review } from "../quiz/schedule";
import * as storage from "../quiz/storage";
import { joins } from "./joins";
import { done } from "./keep";
import { type Came, told } from "./told";

const WHAT = "engineroom progress ";
const VERSION = 1;
const COPY = /^([\w-]+):damaged:\d+$/; // put aside by this page

/** More characters than a browser keeps. */
export const LARGEST = 50_000_000;

/** By names within the site, so that another place may take them in. Undefined when the storage cannot be read. */
export function collect(): Record<string, string> | undefined {
  const start = storage.keyOf("");
  try {
    const keys = Object.keys(localStorage)
      .filter((key) => key.startsWith(start))
      .sort();
    return Object.fromEntries(keys.map((key) => [key.slice(start.length), localStorage.getItem(key)!]));
  } catch {
    return undefined;
  }
}

export function write(items: Record<string, string>): Blob {
  return new Blob([JSON.stringify({ what: `${WHAT}${VERSION}`, site: site().id, at: new Date().toISOString(), items }, null, 1)], {
    type: "application/json",
  });
}

/** Takes a file in, beside what is there already: nothing is lost. Returns sentences for the reader, which say what was and what was not. */
export function restore(text: string): string {
  if (text.length > LARGEST) return "This file is none that this page has saved: it is too large. Nothing was changed.";
  let backup: { what?: unknown; site?: unknown; items?: unknown } | null;
  try {
    backup = JSON.parse(text) as typeof backup;
  } catch {
    return "This file cannot be read: it is cut short, or no JSON. Nothing was changed. Choose one that this page has saved.";
  }
  const what = typeof backup?.what === "string" && backup.what.startsWith(WHAT) ? backup.what.slice(WHAT.length) : "";
  if (/^[0-9]+$/.test(what) && Number(what) > VERSION)
    return "This file was saved by a newer version of this page. Nothing was changed. Load the page again, and try once more.";
  if (what !== String(VERSION)) return "This file is none that this page has saved. Nothing was changed.";
  if (backup!.site !== undefined && backup!.site !== site().id)
    return `This file was saved by another site, “${String(backup!.site)}”. Nothing was changed.`;
  const { items } = backup!;
  if (typeof items !== "object" || items === null || Array.isArray(items))
    return "This file is none that this page has saved. Nothing was changed.";
  return told(Object.entries(items as Record<string, unknown>).map(([name, there]) => ({ what: named(name), ...taken(name, there) })));
}

/** One record: joined with what is here, or left in the file. */
function taken(name: string, there: unknown): Came {
  if (typeof there !== "string" || !/^[\w:-]+$/.test(name)) return { refused: "unreadable" };
  const key = storage.keyOf(name);
  const here = storage.get(key);
  if (here === undefined) return { refused: "full" };
  if (COPY.test(name)) {
    if (here !== null && here !== there) return storage.putAside(storage.keyOf(COPY.exec(name)![1]!), there) ? {} : { refused: "full" };
    return storage.set(key, there) ? {} : { refused: "full" };
  }
  const { text, refused, damaged, ...about } = joins(name)(here, there);
  if (text === undefined) return { refused: refused! };
  if (damaged && !storage.putAside(key, here!)) return { refused: "full" };
  return storage.set(key, text) ? { damaged, ...about } : { refused: "full" };
}

/** As the page calls it. */
function named(name: string): string {
  const copy = COPY.exec(name);
  if (copy) return `a copy of what could not be read (${copy[1]})`;
  const known = new Map([
    [done.name, "pages read and cells run"],
    [checks.name, "self-checks"],
    [review.name, "questions to come back"],
  ]);
  return known.get(name) ?? `the assessment “${name.slice(0, 60)}”`;
}

export function clear(): void {
  for (const name of Object.keys(collect() ?? {})) storage.remove(storage.keyOf(name));
}
