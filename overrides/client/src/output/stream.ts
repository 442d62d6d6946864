/** A growing <pre>. What cannot change any more is in blocks of its own, so that a new line lays out only the last of them. */
import { Terminal } from "./terminal";
import { inColumns } from "./text";

const BLOCK = 8_192; // characters

export class Stream {
  readonly element = document.createElement("div");
  readonly #pre = document.createElement("pre");
  readonly #line = document.createTextNode("");
  #block: Text | undefined;
  readonly #terminal = new Terminal();
  #following = true;
  #frame = 0;

  constructor(readonly name: "stdout" | "stderr") {
    this.element.className = "live-out";
    this.element.dataset.kind = "stream";
    this.element.dataset.name = name;
    this.#pre.tabIndex = 0; // wide lines scroll, for the keyboard too
    this.#pre.append(this.#line);
    this.element.append(this.#pre);
    this.#pre.addEventListener(
      "scroll",
      () => {
        if (!this.#frame) this.#following = this.#pre.scrollHeight - this.#pre.scrollTop - this.#pre.clientHeight < 8;
      },
      { passive: true },
    );
  }

  append(text: string): void {
    const settled = this.#terminal.write(text);
    const { line } = this.#terminal;
    if (inColumns(settled) || inColumns(line)) this.#pre.dataset.columns = "";
    if (settled) this.#settle(settled);
    if (line !== this.#line.data) this.#line.data = line;
    this.#frame ||= requestAnimationFrame(() => this.#follow());
  }

  /** Settled text ends with a newline, and so does every block. */
  #settle(text: string): void {
    for (let at = 0; at < text.length; ) {
      if (!this.#block || this.#block.length >= BLOCK) {
        this.#block = document.createTextNode("");
        const element = document.createElement("span");
        element.className = "live-lines";
        element.append(this.#block);
        this.#line.before(element);
      }
      const full = text.indexOf("\n", at + BLOCK - this.#block.length - 1);
      const end = full < 0 ? text.length : full + 1;
      this.#block.appendData(text.slice(at, end));
      at = end;
    }
  }

  /** Once a frame, because asking for sizes makes the browser lay the page out. */
  #follow(): void {
    this.#frame = 0;
    if (this.#pre.scrollHeight <= this.#pre.clientHeight) return;
    if (this.#following) this.#pre.scrollTop = this.#pre.scrollHeight;
  }
}
