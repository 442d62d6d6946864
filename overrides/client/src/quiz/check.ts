/** A self-check: answered at once, as often as one likes. */
import { sentences, told } from "../storage/told";
import * as answers from "./checks";
import { button, element, hideAnswers, status, tell } from "./parts";
import { Question } from "./question";
import { note } from "./schedule";

/** The question with what the reader answered before, if it is still the same question. */
export function begin(host: HTMLElement, signal: AbortSignal): void {
  hideAnswers();
  const question = ask(host, signal);
  const kept = answers.checks.load()[question.id];
  if (!kept || kept.revision !== host.dataset.revision) return;
  question.answer = kept.answer;
  if (!question.missing) question.reveal();
}

/** The question, not answered yet. `host` holds its form and says which page it is of, and which revision it is. */
export function ask(host: HTMLElement, signal: AbortSignal): Question {
  const form = host.querySelector("form")!;
  host.querySelector(".quiz-actions")?.remove();
  const said = status();
  const predicted = host.querySelector<HTMLElement>("fieldset")!.dataset.cell;
  const check = button(predicted ? "Commit, and run the cell" : "Check", () => undefined);
  check.type = "submit";
  const question = new Question(host.querySelector("fieldset")!, changed, (text) => (said.textContent = text));
  const actions = element("div", "quiz-actions");
  actions.append(check, said);
  form.append(actions);

  function changed(): void {
    question.conceal();
    said.textContent = "";
  }

  form.addEventListener(
    "submit",
    (event) => {
      event.preventDefault();
      const { missing } = question;
      said.toggleAttribute("data-shown", missing !== "");
      if (missing) {
        said.textContent = missing;
        return question.focus();
      }
      if (predicted) {
        said.textContent = "Running the cell shows what happens.";
        said.dataset.shown = "";
        return run(predicted);
      }
      answered();
    },
    { signal },
  );

  if (predicted) {
    window.addEventListener(
      "live-cell:ran",
      (event) => {
        const { detail } = event as CustomEvent<{ cell: string }>;
        if (detail.cell === predicted && !question.missing && !question.element.dataset.verdict) answered();
      },
      { signal },
    );
  }

  function answered(): void {
    said.removeAttribute("data-shown");
    question.reveal();
    const { id, answer, right } = question;
    const { page, revision } = host.dataset as { page: string; revision: string };
    const notice = sentences(
      told(answers.answered(id, { answer, right, revision, at: Date.now() })),
      told(note(id, page, right), "the questions to come back"),
    );
    said.textContent = `${right ? "Right." : "Not right. Change your answer to try again."}${notice && ` ${notice}`}`;
    if (notice) said.dataset.shown = "";
    tell("quiz:answer", { page, question: id, answer, right, confidence: question.confidence });
  }
  return question;
}

/** The live cell's own button: it may not have been loaded yet. */
function run(cell: string): void {
  const button = document.querySelector<HTMLButtonElement>(`live-cell#${CSS.escape(cell)} .live-run`);
  button?.scrollIntoView({ block: "nearest" });
  button?.click();
}
