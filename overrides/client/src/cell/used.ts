/** The line of links to the library's source that a cell uses. */
import type { UsedName } from "../kernel/protocol";

export class Used {
  readonly #line: HTMLElement | null;
  readonly #base: string;
  readonly #published: Node[];

  constructor(line: HTMLElement | null, base: string) {
    this.#line = line;
    this.#base = base;
    this.#published = [...(line?.childNodes ?? [])];
  }

  show(used: UsedName[]): void {
    if (!this.#line) return;
    this.#line.hidden = used.length === 0;
    const links = used.map(({ name, path, line }) => {
      const link = document.createElement("a");
      link.href = `${this.#base}source/${path.replace(/(\/__init__)?\.py$/, "")}/#L${line}`;
      link.textContent = name;
      return link;
    });
    this.#line.replaceChildren(...links.flatMap((link, index) => [index ? " · " : "Source: ", link]));
  }

  /** As published. */
  restore(): void {
    this.#line?.replaceChildren(...this.#published);
    if (this.#line) this.#line.hidden = this.#published.length === 0;
  }
}
