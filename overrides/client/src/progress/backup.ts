/** Everything the reader has done as one file, and back. */

import { site } from "../page/config";
import { local } from "../storage/area";
import { copyOf, putAside } from "../storage/aside";
import { read } from "../storage/format";
import { keyOf } from "../storage/keys";
import { forget } from "../storage/tabs";
import { type Way, withRecord } from "./joins";
import type { Known } from "./known";
import { nameOf } from "./names";
import { type Came, told } from "./told";

const WHAT = "engineroom progress ";
const VERSION = 1;

/** More characters than a browser keeps. */
export const LARGEST = 50_000_000;

/** More characters than a page writes into one record; more than that is not put aside of one for a file's sake either. */
const LARGEST_RECORD = 500_000;

/** By names within the site, so that another place may take them in. Undefined when the storage cannot be read. */
export function collect(): Record<string, string> | undefined {
  const start = keyOf("quiz", "");
  const all = local.keys(start)?.map((key) => [key.slice(start.length), local.get(key) ?? ""]);
  return all && Object.fromEntries(all);
}

export function write(items: Record<string, string>): Blob {
  return new Blob([JSON.stringify({ what: `${WHAT}${VERSION}`, site: site().id, at: new Date().toISOString(), items }, null, 1)], {
    type: "application/json",
  });
}

/**
 * Takes a file in, beside what is there already: nothing is lost. What is none of the site's stays out. Returns sentences for the reader,
 * which say what was taken and what was not.
 */
export function restore(text: string, known: Known): string {
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
  return told(
    Object.entries(items as Record<string, unknown>).map(([name, there]) => ({ what: nameOf(name), ...taken(name, there, known) })),
  );
}

/** One record: joined with what is here, or left in the file. */
function taken(name: string, there: unknown, known: Known): Came {
  const copy = copyOf(name);
  return (
    withRecord<Came>(copy?.key ?? name, known, (way) => {
      if (typeof there !== "string") return { refused: "unreadable" };
      if (there.length > LARGEST_RECORD) return { refused: "large" };
      if (!copy) return joinedInto(way, there);
      const put = keptAside(way.slot.key);
      if (!put.includes(there) && put.join("").length + there.length > LARGEST_RECORD) return { refused: "large" };
      return copied(keyOf("quiz", name), way.slot.key, there) ? {} : { refused: "full" };
    }) ?? { refused: "unknown" }
  );
}

/** The copies there are of a record. */
function keptAside(key: string): string[] {
  return (local.keys(`${key}:damaged:`) ?? []).map((copy) => local.get(copy) ?? "");
}

/** Under the name it had, where that is free. */
function copied(name: string, of: string, text: string): boolean {
  const here = local.get(name);
  return here === text || (here === null ? local.set(name, text) : putAside(of, text));
}

function joinedInto<T>({ slot, sift, join }: Way<T>, text: string): Came {
  const { state, value, strange } = read(slot.format, text);
  if (state === "newer" || state === "damaged") return { refused: state === "newer" ? "newer file" : "unreadable" };
  const { value: there, strangers } = sift(value);
  let left = "";
  const { kept, damage } = slot.change((here) => {
    const both = join(here, there);
    left = both.left;
    return both.value;
  });
  if (kept !== "kept") return { refused: kept === "newer" ? "newer here" : "full" };
  return { damaged: damage !== "none", strange, strangers, left };
}

/** Everything but edits of cells. */
export function clear(): void {
  forget(null);
  for (const key of local.keys(keyOf("quiz", "")) ?? []) local.remove(key);
}
