/** A growing <pre>: settled text in one node that only grows, the unfinished line in another. */
import { visible, write } from "./text";

export class Stream {
  readonly element = document.createElement("div");
  readonly #pre = document.createElement("pre");
  readonly #settled = document.createTextNode("");
  readonly #line = document.createTextNode("");
  #unfinished = "";

  constructor(readonly name: "stdout" | "stderr") {
    this.element.className = "live-out";
    this.element.dataset.kind = "stream";
    this.element.dataset.name = name;
    this.#pre.append(this.#settled, this.#line);
    this.element.append(this.#pre);
  }

  append(text: string): void {
    const { settled, line } = write(this.#unfinished, text);
    const atEnd = this.#pre.scrollHeight - this.#pre.scrollTop - this.#pre.clientHeight < 8;
    if (settled) this.#settled.appendData(settled);
    if (line !== this.#unfinished) this.#line.data = visible(line);
    this.#unfinished = line;
    if (this.#pre.scrollHeight > this.#pre.clientHeight) {
      this.#pre.tabIndex = 0;
      if (atEnd) this.#pre.scrollTop = this.#pre.scrollHeight;
    }
  }
}
