/** A self-check: answered at once, as often as one likes. */
import type { LiveCell } from "../cell/live-cell";
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
  const show = button("Show the cell", () => predicted && liveCell(predicted)?.show());
  show.hidden = true;
  actions.append(check, said, show);
  form.append(actions);

  function changed(): void {
    question.conceal();
    said.textContent = "";
    show.hidden = true;
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
        show.hidden = true;
        void run(predicted).then((hindrance) => {
          if (!hindrance || signal.aborted) return;
          said.textContent = hindrance;
          show.hidden = false;
        });
        return;
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
    show.hidden = true;
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

/** Run the cell that shows the answer; why it did not, in a sentence, or "". A link's code waits for the cell's own Run. */
async function run(id: string): Promise<string> {
  const cell = liveCell(id);
  if (!cell?.ask) return ""; // it may not have been loaded yet
  cell.scrollIntoView({ block: "nearest" });
  const ended = await cell.ask("run");
  if (ended.how === "framed") return "Nothing has run: another site shows this page inside its own. The cell says more.";
  return ended.how === "blocked" ? `The cell “${ended.by.id}” ${ended.why}.` : "";
}

function liveCell(id: string): LiveCell | null {
  return document.querySelector<LiveCell>(`live-cell#${CSS.escape(id)}`);
}
