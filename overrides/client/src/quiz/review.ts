/** The review page: missed questions that are due, fetched from the pages they stand on. */
import { site } from "../page/config";
import { sentences } from "../storage/told";
import { ask } from "./check";
import { date, element, status } from "./parts";
import { type Due, due, next, review } from "./schedule";

export async function begin(host: HTMLElement, signal: AbortSignal): Promise<void> {
  const said = status();
  said.dataset.shown = "";
  host.replaceChildren(said);
  const { state, value } = review.find();
  const wanted = due(value, Date.now());
  if (wanted.length) said.textContent = `Loading ${wanted.length === 1 ? "the question" : `the ${wanted.length} questions`} due now…`;
  let parts: Awaited<ReturnType<typeof fetched>>[];
  try {
    parts = await Promise.all(wanted.map(([id, item]) => fetched(id, item, signal)));
  } catch {
    if (!signal.aborted) said.textContent = "The questions could not be loaded. Check the connection and load this page again.";
    return;
  }
  const answers = element("div", "quiz-answers quiz-answers-live");
  host.append(answers);
  let shown = 0;
  for (const part of parts) {
    if (!part) continue;
    answers.append(part.answer);
    host.insertBefore(part.form, answers);
    ask(part.form, signal);
    shown++;
  }
  said.textContent = sentences(told(shown, parts.length - shown), UNREAD[state]);
}

/** Why the list may not be whole. */
const UNREAD: Record<ReturnType<typeof review.find>["state"], string> = {
  none: "",
  whole: "",
  part: "Some of what your browser has kept of the questions to come back cannot be read, and is left out.",
  damaged: "What your browser has kept of the questions to come back cannot be read.",
  newer: "Your browser holds questions to come back of a newer version of this page, which are left out.",
};

function told(shown: number, gone: number): string {
  const missing = gone ? ` ${gone} could not be found; they may have been changed or removed.` : "";
  if (shown) return `${shown} ${shown === 1 ? "question is" : "questions are"} due.${missing}`;
  const later = next(review.load());
  return `${later ? `Nothing is due now. The next question comes back on ${date(later)}.` : "Nothing is due. A question that you miss comes back here after one day, after three and after seven."}${missing}`;
}

/** The question's form and its answers as they stand on their own page; undefined when they are there no more. Rejects without a connection. */
async function fetched(id: string, { page }: Due, signal: AbortSignal): Promise<{ form: HTMLElement; answer: Element } | undefined> {
  const address = site().base + page;
  const found = new DOMParser().parseFromString(await (await fetch(address, { signal })).text(), "text/html");
  const fieldset = found.querySelector<HTMLElement>(`fieldset[data-question="${CSS.escape(id)}"]`);
  const answer = found.querySelector(`.quiz-answer[data-answer="${CSS.escape(id)}"]`);
  if (!fieldset || !answer) return undefined;
  for (const link of found.querySelectorAll<HTMLAnchorElement>("a[href]")) link.href = new URL(link.getAttribute("href")!, address).href;
  const host = element("div", "quiz-review-item");
  Object.assign(host.dataset, { kind: "check", page, revision: fieldset.closest<HTMLElement>("quiz-form")!.dataset.revision });
  delete fieldset.dataset.cell; // the cell that would answer a prediction is not here
  const form = host.appendChild(element("form", "quiz"));
  form.noValidate = true;
  form.append(document.adoptNode(fieldset));
  return { form: host, answer: document.adoptNode(answer) };
}
