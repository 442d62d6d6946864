/** What there is to do on the site, as the build counted it, and how much of it is done. */
import { site } from "../page/config";
import { checks } from "../quiz/checks";
import { type Best, read } from "../quiz/record";
import * as storage from "../quiz/storage";
import { done } from "./keep";

export interface Pages {
  address: string;
  title: string;
  cells: string[];
  checks: string[];
}

export interface Assessments {
  address: string;
  title: string;
  id: string;
  needed: number;
  draw: number;
}

export interface Totals {
  /** Its title. */
  site: string;
  pages: Pages[];
  assessments: Assessments[];
}

/** Undefined without a connection. */
export async function totals(signal: AbortSignal): Promise<Totals | undefined> {
  try {
    const response = await fetch(`${site().base}progress.json`, { signal });
    return response.ok ? ((await response.json()) as Totals) : undefined;
  } catch {
    return undefined;
  }
}

/** Whether the page was read, and how many of its cells have run and of its self-checks are right. */
export function doneOf({ address, cells, checks: asked }: Pages): { read: boolean; cells: number; checks: number } {
  const [items, answers] = [done.load(), checks.load()];
  return {
    read: address in items,
    cells: cells.filter((cell) => `${address}#${cell}` in items).length,
    checks: asked.filter((id) => answers[id]?.right).length,
  };
}

export function bestOf({ id }: Assessments): Best | null {
  const found = read(storage.get(storage.keyOf(id)) ?? null, "");
  return typeof found === "string" ? null : found.best;
}
