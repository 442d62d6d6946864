/** The review page: missed questions that are due, fetched from the pages they stand on. */
import { pageConfig } from "../page/config";
import { ask } from "./check";
import { load } from "./later";
import { date, element, status } from "./parts";
import { type Due, due, next } from "./schedule";

export async function begin(host: HTMLElement, signal: AbortSignal): Promise<void> {
  const said = status();
  said.dataset.shown = "";
  host.replaceChildren(said);
  const waiting = due(load(), Date.now());
  const parts = await Promise.all(waiting.map(([id, item]) => fetched(id, item)));
  if (signal.aborted) return;
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
  said.textContent = told(shown, parts.length - shown);
}

function told(shown: number, gone: number): string {
  const missing = gone ? ` ${gone} could not be found; they may have been changed or removed.` : "";
  if (shown) return `${shown} ${shown === 1 ? "question is" : "questions are"} due.${missing}`;
  const later = next(load());
  return `${later ? `Nothing is due now. The next question comes back on ${date(later)}.` : "Nothing is due. A question that you miss comes back here after one day, after three and after seven."}${missing}`;
}

/** The question's form and its answers as they stand on their own page; undefined when they are there no more. */
async function fetched(id: string, { page }: Due): Promise<{ form: HTMLElement; answer: Element } | undefined> {
  try {
    const address = pageConfig().base + page;
    const found = new DOMParser().parseFromString(await (await fetch(address)).text(), "text/html");
    for (const link of found.querySelectorAll<HTMLAnchorElement>("a[href]")) link.href = new URL(link.getAttribute("href")!, address).href;
    const fieldset = found.querySelector(`fieldset[data-question="${CSS.escape(id)}"]`);
    const answer = found.querySelector(`.quiz-answer[data-answer="${CSS.escape(id)}"]`);
    if (!fieldset || !answer) return undefined;
    const revision = fieldset.closest<HTMLElement>("quiz-form")!.dataset.revision!;
    const host = element("div", "quiz-review-item");
    Object.assign(host.dataset, { kind: "check", page, revision });
    const form = host.appendChild(element("form", "quiz"));
    form.noValidate = true;
    form.append(document.adoptNode(fieldset));
    return { form: host, answer: document.adoptNode(answer) };
  } catch {
    return undefined;
  }
}
