/** An assessment: questions drawn from a pool, submitted as a whole, taken as often as one likes; the best counts. */
import type { Outcome, Slot } from "../storage/slot";
import { hear } from "../storage/tabs";
import { told } from "../storage/told";
import { draw, shuffled } from "./draw";
import type { Answer } from "./grade";
import { history } from "./history";
import { button, element, hideAnswers, onPaper, status, tell } from "./parts";
import { Question } from "./question";
import { type Assessed, assessment, current, type Draft, merged, submitted } from "./record";
import { note } from "./schedule";

export function begin(host: HTMLElement, signal: AbortSignal): void {
  new Assessment(host, signal);
}

class Assessment {
  readonly #questions: Map<string, Question>;
  readonly #form: HTMLFormElement;
  readonly #said = status();
  readonly #result = element("div", "quiz-result");
  readonly #past = element("div", "quiz-past");
  readonly #submit = button("Submit all answers", () => this.#grade());
  readonly #again = button("Take it again, with a new draw", () => this.#anew());
  readonly #notices = element("div", "quiz-notices");
  readonly #aside = new Set<string>();
  readonly #unkept = new Map<string, string>();
  readonly #slot: Slot<Assessed>;
  readonly #revision: string;
  #record: Assessed;
  #draft: Draft;

  constructor(
    readonly host: HTMLElement,
    signal: AbortSignal,
  ) {
    hideAnswers();
    this.#form = host.querySelector("form")!;
    this.#form.addEventListener("submit", (event) => event.preventDefault(), { signal });
    const fieldsets = [...host.querySelectorAll("fieldset")];
    const questions = fieldsets.map(
      (fieldset) =>
        new Question(
          fieldset,
          () => this.#changed(),
          (text) => (this.#said.textContent = text),
        ),
    );
    this.#questions = new Map(questions.map((question) => [question.id, question]));
    this.#revision = host.dataset.revision!;

    this.#slot = assessment(host.dataset.id!);
    this.#record = current(this.#slot.load(), this.#revision);
    this.#result.tabIndex = -1;
    const actions = element("div", "quiz-actions");
    actions.append(this.#submit, this.#again, this.#said);
    this.#form.before(this.#notices);
    this.#form.append(actions, this.#result);
    host.append(this.#past);
    this.#draft = this.#usable(this.#record.draft) ?? this.#drawn();
    this.#show(this.#draft);
    hear(
      (key) => key === this.#slot.key,
      (gone) => this.#heard(gone),
      signal,
    );
  }

  /** Another tab has added an attempt, or forgotten all. */
  #heard(gone: boolean): void {
    const known = gone ? current(this.#slot.load(), this.#revision) : merged(this.#record, this.#slot.load());
    this.#record = { ...known, draft: this.#draft };
    this.#remember();
  }

  #usable(draft: Draft | null): Draft | undefined {
    const known = draft?.questions.every((id) => this.#questions.has(id)) && draft.questions.length === Number(this.host.dataset.draw);
    return draft && known ? draft : undefined;
  }

  #drawn(): Draft {
    const pool = [...this.#questions.values()];
    const questions = draw(pool, Number(this.host.dataset.draw), this.host.dataset.byTopic === "yes");
    const orders = Object.fromEntries(questions.map((id) => [id, this.#shuffledChoices(this.#questions.get(id)!)]));
    return { revision: this.#revision, questions, orders, answers: {}, at: Date.now() };
  }

  /** Never in the right order, where that is what is asked. */
  #shuffledChoices({ type, key, order }: Question): string[] {
    const ids = shuffled([...order].sort());
    return type === "order" && ids.join() === key.join() ? [...ids.slice(1), ids[0]!] : ids;
  }

  #show(draft: Draft): void {
    this.#draft = draft;
    for (const question of this.#questions.values()) {
      question.conceal();
      question.element.hidden = true;
    }
    const actions = this.#form.querySelector(".quiz-actions")!;
    for (const id of draft.questions) {
      const question = this.#questions.get(id)!;
      question.lock(false);
      question.order = draft.orders[id] ?? [];
      question.answer = draft.answers[id] ?? [];
      question.element.hidden = false;
      actions.before(question.element);
    }
    onPaper(draft.questions);
    this.#submit.hidden = false;
    this.#again.hidden = true;
    this.#result.replaceChildren();
    this.#said.textContent = "";
    this.#keep({ ...this.#record, draft });
  }

  /** From the start: where the last attempt ended there is nothing left to read. */
  #anew(): void {
    this.#show(this.#drawn());
    const [first] = this.#asked;
    first!.element.scrollIntoView({ block: "start" });
    first!.focus();
  }

  #changed(): void {
    this.#draft = { ...this.#draft, answers: this.#answers(), at: Date.now() };
    this.#result.replaceChildren();
    this.#keep({ ...this.#record, draft: this.#draft });
  }

  #grade(): void {
    const asked = this.#asked;
    const missing = asked.filter((question) => question.missing);
    if (missing.length) return this.#list(missing);
    const score = asked.filter((question) => question.right).length;
    const attempt = { id: name(), at: Date.now(), revision: this.#revision, score, max: asked.length, answers: this.#answers() };
    for (const question of asked) {
      question.reveal();
      question.lock(true);
    }
    const passed = score >= Number(this.host.dataset.needed);
    this.#result.replaceChildren(
      element(
        "p",
        "quiz-score",
        `${score} of ${asked.length} right. ${passed ? "Passed." : `Not passed: the mark is ${this.host.dataset.rule}.`}`,
      ),
    );
    this.#result.dataset.passed = String(passed);
    this.#said.textContent = this.#result.textContent;
    this.#submit.hidden = true;
    this.#again.hidden = false;
    this.#keep(submitted(this.#record, attempt));
    this.#result.focus();
    for (const { id, right } of asked) this.#tell(note(id, this.host.dataset.page!, right), "the questions to come back");
    tell("quiz:submit", { assessment: this.host.dataset.id, ...attempt, passed });
  }

  #list(missing: Question[]): void {
    const numbers = missing.map((question) => {
      const at = this.#draft.questions.indexOf(question.id) + 1;
      const link = button(`Question ${at}`, () => question.focus());
      link.classList.add("quiz-link");
      return link;
    });
    this.#result.replaceChildren(element("p", "quiz-missing", "Nothing is submitted yet. Without an answer:"), ...numbers);
    delete this.#result.dataset.passed;
    this.#said.textContent = `${missing.length} without an answer.`;
    this.#result.focus();
  }

  get #asked(): Question[] {
    return this.#draft.questions.map((id) => this.#questions.get(id)!);
  }

  #answers(): Record<string, Answer> {
    return Object.fromEntries(this.#asked.map(({ id, answer }) => [id, answer]));
  }

  #keep(record: Assessed): void {
    // Another tab's draft, of whichever revision, stays its own.
    const again = (there: Assessed): Assessed => merged({ ...there, attempts: record.attempts, best: record.best }, there);
    const outcome = this.#slot.change((there) => merged(record, there), again);
    this.#record = outcome.value;
    this.#tell(outcome);
    this.#remember();
  }

  /** What was put aside stays said; that something is not kept, as long as it is so. */
  #tell(outcome: Outcome<unknown>, what = "these answers"): void {
    const text = told(outcome, what);
    if (outcome.damage !== "none") this.#aside.add(text);
    this.#unkept.set(what, outcome.kept === "kept" ? "" : text);
    const all = [...new Set([...this.#aside, ...this.#unkept.values()])].filter(Boolean);
    this.#notices.replaceChildren(...all.map((text) => element("p", "quiz-notice", text)));
  }

  #remember(): void {
    this.#past.replaceChildren(...history(this.#record, Number(this.host.dataset.needed), Number(this.host.dataset.draw)));
  }
}

/** Unlike any other attempt's. Not crypto.randomUUID, which a site without https does not have. */
function name(): string {
  return `${Date.now().toString(36)}-${Math.random().toString(36).slice(2)}`;
}
