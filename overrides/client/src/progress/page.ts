/** What <reader-progress> shows: a row for each page, the assessments, and the file to take along. */

import { site } from "../page/config";
import { save } from "../page/save";
import { button, date, element, status } from "../quiz/parts";
import { passes } from "../quiz/record";
import { keyOf } from "../storage/keys";
import { hear } from "../storage/tabs";
import { clear, collect, LARGEST, restore, write } from "./backup";
import { CHANGED } from "./done";
import { Known } from "./known";
import { type Assessments, bestOf, doneOf, type Pages, type Totals, totals } from "./totals";
import { unread } from "./unread";

export async function begin(host: HTMLElement, signal: AbortSignal): Promise<void> {
  const said = status();
  said.dataset.shown = "";
  const shown = element("div", "progress-table");
  const counted = totals(signal);
  host.replaceChildren(shown, actions(said, counted), said);
  const all = await counted;
  if (!all) {
    said.textContent = "The list of pages could not be loaded. Check the connection and load this page again.";
    return;
  }
  const draw = (): void =>
    shown.replaceChildren(
      record(all.site),
      complete(all),
      ...unread(all.assessments).map((text) => element("p", "progress-unread", text)),
      table(all.pages),
      ...all.assessments.map(assessed),
      element("p", "progress-name", "Name:"),
    );
  draw();
  for (const name of [CHANGED, "beforeprint"]) window.addEventListener(name, draw, { signal });
  hear((key) => key.startsWith(keyOf("quiz", "")), draw, signal);
}

/** Complete: every page read, every assessment passed. */
function complete({ pages, assessments }: Totals): HTMLElement {
  const read = pages.filter((page) => doneOf(page).read).length;
  const passed = assessments.filter((one) => isPassed(one)).length;
  const all = read === pages.length && passed === assessments.length;
  const test =
    assessments.length === 1 ? `assessment ${passed ? "" : "not "}passed` : `${passed} of ${assessments.length} assessments passed`;
  return element(
    "p",
    "progress-complete",
    all ? `Complete: all ${read} pages read, ${test}.` : `${read} of ${pages.length} pages read, ${test}.`,
  );
}

function isPassed(assessment: Assessments): boolean {
  const best = bestOf(assessment);
  return !!best && passes(best, assessment.needed, assessment.draw);
}

/** What only paper needs: of what it is, of which day, and what it is worth. */
function record(title: string): HTMLElement {
  const today = new Date().toLocaleDateString(undefined, { dateStyle: "long" });
  return element(
    "p",
    "progress-record",
    `${title}, ${today}. Self-assessment: the answers can be looked up, and only the reader's own browser has kept this record.`,
  );
}

function table(pages: Pages[]): HTMLTableElement {
  const made = document.createElement("table"); // without a class, as tables of the text
  const head = made.createTHead().insertRow();
  for (const title of ["page", "read", "cells run", "self-checks right"]) {
    head.append(Object.assign(element("th", "", title), { scope: "col" }));
  }
  const body = made.createTBody();
  for (const page of pages) {
    const row = body.insertRow();
    const name = Object.assign(element("th", ""), { scope: "row" });
    name.append(linkTo(page.address, page.title));
    row.append(name);
    const { read, cells, checks } = doneOf(page);
    row.insertCell().textContent = read ? "✓ yes" : "not yet";
    row.insertCell().textContent = share(cells, page.cells);
    row.insertCell().textContent = share(checks, page.checks);
  }
  return made;
}

function assessed(assessment: Assessments): HTMLElement {
  const { title, address } = assessment;
  const best = bestOf(assessment);
  const line = element("p", "progress-best");
  const told = best && `: best ${best.score} of ${best.max}, ${date(best.at)}. ${isPassed(assessment) ? "Passed." : "Not passed yet."}`;
  line.append(
    linkTo(address, title),
    told || (best === null ? ": not taken yet." : ": what your browser has kept of it cannot be read here."),
  );
  return line;
}

/** `counted`: what a file may hold. */
function actions(said: HTMLElement, counted: Promise<Totals | undefined>): HTMLElement {
  const made = element("div", "quiz-actions");
  const file = Object.assign(element("input", "progress-file"), { type: "file", accept: "application/json,.json", hidden: true });
  file.setAttribute("aria-label", "A file saved by this page");
  file.addEventListener("change", async () => {
    const chosen = file.files?.[0];
    if (!chosen) return;
    const all = await counted;
    said.textContent = all
      ? await read(chosen).then(
          (text) => restore(text, new Known(all)),
          (error: Error) => error.message,
        )
      : "The list of pages could not be loaded, so nothing was taken in. Check the connection and load this page again.";
    file.value = ""; // only now: some browsers forget the file with it
    window.dispatchEvent(new Event(CHANGED));
  });
  const saves = button("Save to a file", () => {
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
    sure.replaceChildren(
      element("p", "", "Your answers, attempts and what you have read will be forgotten in this browser. Code that you edited stays."),
      no,
      yes,
    );
    no.focus();
  });
  function answered(text: string): void {
    sure.replaceChildren();
    said.textContent = text;
    forget.focus();
  }
  made.append(
    saves,
    button("Take in from a file", () => file.click()),
    forget,
    file,
    sure,
  );
  return made;
}

/** Its text. Rejects with a sentence for the reader. */
async function read(file: File): Promise<string> {
  if (file.size > 4 * LARGEST) throw new Error("This file is none that this page has saved: it is too large. Nothing was changed.");
  return file.text().catch(() => {
    throw new Error("This file cannot be opened: it has moved or changed, or may not be read. Nothing was changed. Choose it again.");
  });
}

function linkTo(address: string, title: string): HTMLAnchorElement {
  return Object.assign(element("a", "", title), { href: site().base + address });
}

function share(some: number, { length: all }: unknown[]): string {
  return all ? `${some} of ${all}` : "–";
}
