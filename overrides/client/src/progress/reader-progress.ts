/** <reader-progress>: what the reader has done so far. Loaded where it stands. */

export class ReaderProgress extends HTMLElement {
  #leave: AbortController | undefined;

  connectedCallback(): void {
    const leave = (this.#leave = new AbortController());
    void import("./page").then(({ begin }) => {
      if (!leave.signal.aborted) void begin(this, leave.signal);
    });
  }

  disconnectedCallback(): void {
    this.#leave?.abort();
  }
}
