/** What <reader-progress> shows: a row for each page, the assessments, and the file to take along. */
import { save } from "../page/save";
import { site } from "../page/config";
import { checks } from "../quiz/checks";
import { button, date, element, status } from "../quiz/parts";
import { passes, read } from "../quiz/record";
import * as storage from "../quiz/storage";
import { clear, collect, restore, write } from "./backup";
import { CHANGED, done } from "./keep";

/** What there is to do on the site, as the build counted it. */
interface Totals {
  pages: { address: string; title: string; cells: string[]; checks: string[] }[];
  assessments: { address: string; title: string; id: string; needed: number; draw: number }[];
}

export async function begin(host: HTMLElement, signal: AbortSignal): Promise<void> {
  const said = status();
  said.dataset.shown = "";
  const shown = element("div", "progress-table");
  host.replaceChildren(shown, actions(said), said);
  const response = await fetch(`${site().base}progress.json`, { signal }).catch(() => undefined);
  if (!response?.ok) {
    said.textContent = "The list of pages could not be loaded. Check the connection and load this page again.";
    return;
  }
  const all = (await response.json()) as Totals;
  const draw = (): void => shown.replaceChildren(table(all.pages), ...all.assessments.map(assessed));
  draw();
  for (const name of [CHANGED, "storage"]) window.addEventListener(name, draw, { signal });
}

function table(pages: Totals["pages"]): HTMLTableElement {
  const [items, answers] = [done.load(), checks.load()];
  const made = document.createElement("table"); // without a class, as tables of the text
  const head = made.createTHead().insertRow();
  for (const title of ["page", "read", "cells run", "self-checks right"]) {
    head.append(Object.assign(element("th", "", title), { scope: "col" }));
  }
  const body = made.createTBody();
  for (const { address, title, cells, checks: asked } of pages) {
    const row = body.insertRow();
    const name = Object.assign(element("th", ""), { scope: "row" });
    name.append(linkTo(address, title));
    row.append(name);
    row.insertCell().textContent = address in items ? "✓ yes" : "not yet";
    row.insertCell().textContent = share(cells.filter((cell) => `${address}#${cell}` in items), cells);
    row.insertCell().textContent = share(asked.filter((id) => answers[id]?.right), asked);
  }
  return made;
}

function assessed({ id, title, address, needed, draw }: Totals["assessments"][number]): HTMLElement {
  const found = read(storage.get(storage.keyOf(id)) ?? null, "");
  const best = typeof found === "string" ? null : found.best;
  const line = element("p", "progress-best");
  const told = best && `: best ${best.score} of ${best.max}, ${date(best.at)}. ${passes(best, needed, draw) ? "Passed." : "Not passed yet."}`;
  line.append(linkTo(address, title), told ?? ": not taken yet.");
  return line;
}

function actions(said: HTMLElement): HTMLElement {
  const made = element("div", "quiz-actions");
  const file = Object.assign(element("input", "progress-file"), { type: "file", accept: "application/json,.json", hidden: true });
  file.setAttribute("aria-label", "A file saved by this page");
  file.addEventListener("change", async () => {
    const text = await file.files?.[0]?.text();
    file.value = "";
    if (text === undefined) return;
    said.textContent = restore(text);
    window.dispatchEvent(new Event(CHANGED));
  });
  const keep = button("Save to a file", () => {
    const items = collect();
    if (items) save("engine-room-progress.json", write(items));
    said.textContent = items ? "Saved." : "Your browser does not let this page read what it has kept.";
  });
  const sure = element("div", "progress-reset");
  const forget = button("Forget everything", () => {
    const no = button("Keep it", () => answered(""));
    const yes = button("Yes, forget it", () => {
      clear();
      answered("Forgotten.");
      window.dispatchEvent(new Event(CHANGED));
    });
    sure.replaceChildren(element("p", "", "Your answers, attempts and what you have read will be forgotten in this browser. Code that you edited stays."), no, yes);
    no.focus();
  });
  function answered(text: string): void {
    sure.replaceChildren();
    said.textContent = text;
    forget.focus();
  }
  made.append(keep, button("Take in from a file", () => file.click()), forget, file, sure);
  return made;
}

function linkTo(address: string, title: string): HTMLAnchorElement {
  return Object.assign(element("a", "", title), { href: site().base + address });
}

function share(some: unknown[], all: unknown[]): string {
  return all.length ? `${some.length} of ${all.length}` : "–";
}
