/** <quiz-form>: questions that are complete in the HTML come to life. What does that is loaded with the first of them. */

export class QuizForm extends HTMLElement {
  #leave: AbortController | undefined;

  connectedCallback(): void {
    const leave = (this.#leave = new AbortController());
    const kind = this.dataset.kind === "assessment" ? import("./assessment") : import("./check");
    void kind.then(({ begin }) => {
      if (!leave.signal.aborted) begin(this, leave.signal);
    });
  }

  disconnectedCallback(): void {
    this.#leave?.abort();
  }
}
