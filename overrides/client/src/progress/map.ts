/** <reader-map>: in the table that follows it, below what a page offers, what the reader has done of it. */
import { site } from "../page/config";
import { element } from "../quiz/parts";
import { passes } from "../quiz/record";
import { keyOf } from "../storage/keys";
import { hear } from "../storage/tabs";
import { CHANGED } from "./done";
import { type Assessments, bestOf, doneOf, type Pages, totals } from "./totals";

export async function begin(host: HTMLElement, signal: AbortSignal): Promise<void> {
  const all = await totals(signal);
  const rows = [...(host.parentElement?.nextElementSibling?.querySelectorAll<HTMLTableRowElement>("tr") ?? [])];
  if (!all || signal.aborted) return;
  const draw = (): void => rows.forEach((row) => show(row, said(row, all.pages, all.assessments)));
  draw();
  window.addEventListener(CHANGED, draw, { signal });
  hear((key) => key.startsWith(keyOf("quiz", "")), draw, signal);
}

function show(row: HTMLTableRowElement, text: string): void {
  row.querySelector(".map-done")?.remove();
  if (text) row.cells[row.cells.length - 1]!.append(element("span", "map-done", text));
}

/** The row is of the page that its first link leads to. */
function said(row: HTMLTableRowElement, pages: Pages[], assessments: Assessments[]): string {
  const link = row.querySelector<HTMLAnchorElement>("a[href]");
  const address = link?.href.slice(site().base.length);
  const page = pages.find((one) => one.address === address);
  const assessment = assessments.find((one) => one.address === address);
  return page ? ofPage(page) : assessment ? ofAssessment(assessment) : "";
}

function ofPage(page: Pages): string {
  const { read, cells, checks } = doneOf(page);
  const counts = [share(cells, page.cells, "cells run", "cells"), share(checks, page.checks, "self-checks right", "self-checks")];
  return [read ? "✓ read" : "", ...counts].filter(Boolean).join(" · ");
}

function share(some: number, { length: all }: unknown[], done: string, things: string): string {
  return some ? `${some} of ${all} ${done}` : all ? `${all} ${things}` : "";
}

function ofAssessment(assessment: Assessments): string {
  const best = bestOf(assessment);
  if (!best) return best === null ? "not taken yet" : "what is kept of it cannot be read";
  return `best ${best.score} of ${best.max}, ${passes(best, assessment.needed, assessment.draw) ? "✓ passed" : "not passed yet"}`;
}
