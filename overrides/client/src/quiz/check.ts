/** A self-check: answered at once, as often as one likes. */
import { keepCheck, loadCheck } from "./checks";
import { button, element, hideAnswers, status, tell, UNKEPT } from "./parts";
import { Question } from "./question";

export function begin(host: HTMLElement, signal: AbortSignal): void {
  hideAnswers();
  const form = host.querySelector("form")!;
  host.querySelector(".quiz-actions")?.remove();
  const said = status();
  const check = button("Check", () => undefined);
  check.type = "submit";
  const question = new Question(host.querySelector("fieldset")!, changed, (text) => (said.textContent = text));
  const actions = element("div", "quiz-actions");
  actions.append(check, said);
  form.append(actions);

  const revision = host.dataset.revision!;
  const kept = loadCheck(question.id);
  if (kept?.revision === revision) {
    question.answer = kept.answer;
    if (!question.missing) question.reveal();
  }

  function changed(): void {
    question.conceal();
    said.textContent = "";
  }

  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const { missing } = question;
    said.toggleAttribute("data-shown", missing !== "");
    if (missing) {
      said.textContent = missing;
      return question.focus();
    }
    question.reveal();
    const { id, answer, right } = question;
    const isKept = keepCheck(id, { answer, right, revision, at: Date.now() });
    said.textContent = `${right ? "Right." : "Not right. Change your answer to try again."}${isKept ? "" : ` ${UNKEPT}`}`;
    if (!isKept) said.dataset.shown = "";
    tell("quiz:answer", { page: host.dataset.page, question: id, answer, right, confidence: question.confidence });
  }, { signal });
}
