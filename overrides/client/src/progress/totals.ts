/** What there is to do on the site, as the build counted it, and how much of it is done. */
import { site } from "../page/config";
import { checks } from "../quiz/checks";
import { assessment, type Best } from "../quiz/record";
import { done } from "./done";

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
    read: Object.hasOwn(items, address),
    cells: cells.filter((cell) => Object.hasOwn(items, `${address}#${cell}`)).length,
    checks: asked.filter((id) => answers[id]?.right).length,
  };
}

/** Null: not taken yet. Undefined: what is kept of it cannot be read. */
export function bestOf({ id }: Assessments): Best | null | undefined {
  const { state, value } = assessment(id).find();
  return value.best ?? (state === "none" || state === "whole" ? null : undefined);
}
