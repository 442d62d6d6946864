/** One question on the page: its controls, and what is shown after an answer. */
import { type Answer, type Asked, isRight, same, type Type } from "./grade";
import { number, plainly } from "./numbers";
import { sortable } from "./order";
import { element } from "./parts";

export class Question implements Asked {
  readonly id: string;
  readonly type: Type;
  readonly topic: string;
  readonly key: string[];
  readonly tolerance: number;
  readonly relative: boolean;
  readonly #list: HTMLElement | null;
  readonly #verdict = element("div", "quiz-verdict");
  #moved = false;
  #reread = (): void => undefined;

  /** `changed`: the reader has answered, or answered otherwise. `say`: words for a screen reader. */
  constructor(
    readonly element: HTMLFieldSetElement,
    changed: () => void,
    say: (text: string) => void,
  ) {
    const { question, type, topic, key, tolerance } = element.dataset;
    this.id = question!;
    this.type = type as Type;
    this.topic = topic ?? "";
    this.key = key!.split(this.type === "numeric" || this.type === "text" ? "\n" : " ");
    this.relative = tolerance?.endsWith("%") ?? false;
    this.tolerance = parseFloat(tolerance ?? "0") / (this.relative ? 100 : 1);
    this.#list = element.querySelector(".quiz-choices, .quiz-order");
    element.append(this.#verdict);
    element.addEventListener("input", changed);
    if (this.type === "numeric") this.#echo();
    if (this.type === "order") {
      sortable(this.#list!, (said) => {
        this.#moved = true;
        changed();
        say(said); // after `changed`, which may unsay what was said before
      });
    }
  }

  get answer(): Answer {
    if (this.type === "order") return this.#moved ? this.order : [];
    if (this.#list)
      return this.#inputs
        .filter(({ checked }) => checked)
        .map(({ value }) => value)
        .sort();
    const typed = this.#inputs[0]!.value.trim();
    return typed ? [typed] : [];
  }

  set answer(answer: Answer) {
    if (this.type === "order") {
      this.#moved = answer.length > 0;
      if (this.#moved) this.order = answer;
    } else if (this.#list) {
      for (const input of this.#inputs) input.checked = answer.includes(input.value);
    } else {
      this.#inputs[0]!.value = answer[0] ?? "";
      this.#reread();
    }
  }

  /** Ids of the choices as they stand. */
  get order(): string[] {
    return this.#items.map(({ dataset }) => dataset.choice!);
  }

  set order(ids: string[]) {
    const place = (item: HTMLElement) => (ids.indexOf(item.dataset.choice!) + ids.length + 1) % (ids.length + 1);
    this.#list?.append(...this.#items.sort((a, b) => place(a) - place(b)));
  }

  get right(): boolean {
    return isRight(this, this.answer);
  }

  /** Why it cannot be graded yet; empty when it can. */
  get missing(): string {
    const { answer } = this;
    if (!answer.length) return this.type === "order" ? "Move at least one of them." : this.#list ? "Choose an answer." : "Type an answer.";
    return this.type === "numeric" && Number.isNaN(number(answer[0]!)) ? "Type a number, such as 0.5 or 1250." : "";
  }

  get confidence(): string {
    return this.element.querySelector<HTMLSelectElement>(".quiz-confidence select")?.value ?? "";
  }

  focus(): void {
    this.element.querySelector<HTMLElement>("input, button")?.focus();
  }

  lock(locked: boolean): void {
    this.element.disabled = locked;
  }

  /** Show whether the answer is right, and why: below each choice that was taken or should have been, else below the answer. */
  reveal(): void {
    this.conceal();
    const { answer, right } = this;
    this.element.dataset.verdict = right ? "right" : "wrong";
    const said = element("p", "quiz-said", right ? "Right." : "Not right.");
    const sure = { 1: "guessing", 2: "rather sure", 3: "certain" }[this.confidence];
    if (sure) said.append(` You were ${sure}.`);
    this.#verdict.append(said);
    const source = document.querySelector<HTMLElement>(`.quiz-answer[data-answer="${CSS.escape(this.id)}"]`);
    if (this.#list && this.type !== "order") this.#mark(answer, source);
    else this.#verdict.append(...this.#told(answer, source));
    const explanation = source?.querySelector(".quiz-explanation");
    if (explanation) this.#verdict.append(explanation.cloneNode(true));
  }

  /** Take everything back that `reveal` showed. */
  conceal(): void {
    delete this.element.dataset.verdict;
    this.#verdict.replaceChildren();
    for (const item of this.#items) {
      delete item.dataset.mark;
      item.querySelector(":scope > .quiz-feedback")?.remove();
    }
  }

  /** Below the field, while it is typed in: the number that will be graded. */
  #echo(): void {
    const input = this.#inputs[0]!;
    const echo = element("output", "quiz-read");
    echo.htmlFor.add((input.id ||= `quiz-${this.id}:typed`));
    (this.element.querySelector(".quiz-numbers") ?? input.closest("label")!).after(echo);
    this.#reread = () => {
      const read = number(input.value);
      echo.textContent = !input.value.trim() ? "" : Number.isNaN(read) ? "This is not read as a number." : `Read as ${plainly(read)}.`;
    };
    input.addEventListener("input", this.#reread);
    this.#reread();
  }

  #mark(answer: Answer, source: HTMLElement | null): void {
    for (const item of this.#items) {
      const id = item.dataset.choice!;
      const mark = this.key.includes(id) ? "right" : answer.includes(id) ? "wrong" : "";
      if (!mark) continue;
      item.dataset.mark = mark;
      const feedback = source?.querySelector(`[data-choice="${CSS.escape(id)}"] > .quiz-feedback`);
      if (feedback) item.append(feedback.cloneNode(true));
    }
  }

  /** What belongs to a typed answer, or to an order. */
  #told(answer: Answer, source: HTMLElement | null): Node[] {
    const items = [...(source?.querySelectorAll<HTMLElement>("[data-choice]") ?? [])];
    const shown: Node[] = [];
    if (this.type === "order") {
      if (!this.right) shown.push(element("p", "", "The right order:"), copies(element("ol", "quiz-why"), items));
      return shown;
    }
    if (!this.right) shown.push(element("p", "", `Right: ${this.key.join(" or ")}`));
    const wanted =
      items.find(({ dataset }) => same(this.type, answer[0] ?? "", dataset.value!)) ?? items.find(({ dataset }) => dataset.right === "yes");
    const feedback = wanted?.querySelector(".quiz-feedback");
    if (feedback) shown.push(feedback.cloneNode(true));
    return shown;
  }

  get #items(): HTMLElement[] {
    return [...(this.#list?.children ?? [])] as HTMLElement[];
  }

  get #inputs(): HTMLInputElement[] {
    return [...this.element.querySelectorAll<HTMLInputElement>(".quiz-choices input, .quiz-typed input")];
  }
}

function copies(list: HTMLElement, items: HTMLElement[]): HTMLElement {
  list.append(...items.map((item) => item.cloneNode(true)));
  return list;
}
