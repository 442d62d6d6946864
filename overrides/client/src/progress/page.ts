/** What <reader-progress> shows: a row for each page, the assessments, and the file to take along. */
import { loadCheck } from "../quiz/checks";
import { button, date, element, status } from "../quiz/parts";
import { read } from "../quiz/record";
import * as storage from "../quiz/storage";
import { clear, collect, restore, write } from "./backup";
import { CHANGED, load } from "./keep";
import { pageConfig } from "../page/config";
import { type Totals, totals } from "./totals";

export async function begin(host: HTMLElement, signal: AbortSignal): Promise<void> {
  const said = status();
  said.dataset.shown = "";
  const shown = element("div", "progress-table");
  host.replaceChildren(shown, actions(said, () => draw()), said);
  let all: Totals;
  try {
    all = await totals();
  } catch {
    said.textContent = "The list of pages could not be loaded. Check the connection and load this page again.";
    return;
  }
  const draw = (): void => shown.replaceChildren(table(all), ...all.assessments.map(assessed));
  draw();
  for (const name of [CHANGED, "storage", "quiz:answer", "quiz:submit"]) window.addEventListener(name, draw, { signal });
}

function table({ pages }: Totals): HTMLTableElement {
  const done = load();
  const made = document.createElement("table"); // without a class, as tables of the text
  const head = made.createTHead().insertRow();
  for (const title of ["page", "read", "cells run", "self-checks right"]) {
    const cell = element("th", "", title);
    cell.scope = "col";
    head.append(cell);
  }
  const body = made.createTBody();
  for (const { address, title, cells, checks } of pages) {
    const row = body.insertRow();
    const name = document.createElement("th");
    name.scope = "row";
    name.append(Object.assign(element("a", "", title), { href: pageConfig().base + address }));
    const ran = cells.filter((cell) => `${address}#${cell}` in done.ran).length;
    const right = checks.filter((id) => loadCheck(id)?.right).length;
    row.append(name);
    for (const text of [address in done.read ? "✓ yes" : "not yet", cells.length ? `${ran} of ${cells.length}` : "–", checks.length ? `${right} of ${checks.length}` : "–"]) {
      row.insertCell().textContent = text;
    }
  }
  return made;
}

function assessed({ id, title, address, needed, draw }: Totals["assessments"][number]): HTMLElement {
  const found = read(storage.get(storage.keyOf(id)) ?? null, "");
  const best = typeof found === "string" ? null : found.best;
  const line = element("p", "progress-best");
  line.append(Object.assign(element("a", "", title), { href: pageConfig().base + address }));
  const passed = best && best.score * draw >= needed * best.max;
  line.append(best ? `: best ${best.score} of ${best.max}, ${date(best.at)}. ${passed ? "Passed." : "Not passed yet."}` : ": not taken yet.");
  return line;
}

function actions(said: HTMLElement, draw: () => void): HTMLElement {
  const made = element("div", "quiz-actions");
  const file = Object.assign(element("input", "progress-file"), { type: "file", accept: "application/json,.json", hidden: true });
  file.setAttribute("aria-label", "A file saved by this page");
  file.addEventListener("change", () => {
    const [chosen] = file.files ?? [];
    file.value = "";
    void chosen?.text().then((text) => {
      said.textContent = restore(text);
      window.dispatchEvent(new Event(CHANGED));
    });
  });
  const reset = element("div", "progress-reset");
  made.append(
    button("Save to a file", () => {
      const items = collect();
      if (!items) return void (said.textContent = "Your browser does not let this page read what it has kept.");
      const link = Object.assign(document.createElement("a"), { download: "engine-room-progress.json", href: URL.createObjectURL(new Blob([write(items)], { type: "application/json" })) });
      link.click();
      URL.revokeObjectURL(link.href);
      said.textContent = "Saved.";
    }),
    button("Take in from a file", () => file.click()),
    button("Forget everything", () => {
      reset.replaceChildren(
        element("p", "", "Your answers, attempts and what you have read will be forgotten in this browser. Code that you edited stays."),
        button("Yes, forget it", () => {
          clear();
          reset.replaceChildren();
          said.textContent = "Forgotten.";
          window.dispatchEvent(new Event(CHANGED));
          draw();
        }),
        button("Keep it", () => reset.replaceChildren()),
      );
      reset.querySelector("button")!.focus();
    }),
    file,
    reset,
  );
  return made;
}
