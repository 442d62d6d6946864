/** What both kinds of quiz put on the page: buttons, a line that is read aloud, notices. */

export function button(text: string, click: () => void): HTMLButtonElement {
  const made = document.createElement("button");
  made.type = "button";
  made.className = "quiz-button";
  made.textContent = text;
  made.addEventListener("click", click);
  return made;
}

export function element<K extends keyof HTMLElementTagNameMap>(tag: K, className: string, text = ""): HTMLElementTagNameMap[K] {
  const made = document.createElement(tag);
  if (className) made.className = className;
  made.textContent = text;
  return made;
}

/** A line that is read aloud when it changes. */
export function status(): HTMLElement {
  const made = element("div", "quiz-status");
  made.setAttribute("role", "status");
  return made;
}

export function date(at: number): string {
  return new Date(at).toLocaleString(undefined, { dateStyle: "medium", timeStyle: "short" });
}

/** The answers at the end of the page are for those who read without a script, or on paper. */
export function hideAnswers(): void {
  document.querySelector(".quiz-answers")?.classList.add("quiz-answers-live");
}

/** Of the answers at the end of the page, those to these questions are printed. */
export function onPaper(questions: string[]): void {
  for (const answer of document.querySelectorAll<HTMLElement>(".quiz-answers .quiz-answer"))
    answer.hidden = !questions.includes(answer.dataset.answer!);
}

/** For an instructor's own script: `addEventListener("quiz:answer", …)` on the window. Nothing is sent anywhere. */
export function tell(name: "quiz:answer" | "quiz:submit", detail: unknown): void {
  window.dispatchEvent(new CustomEvent(name, { detail }));
}
