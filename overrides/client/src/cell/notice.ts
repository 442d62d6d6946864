/** What a cell has to tell its reader, with what can be done about it. One notice of a kind at a time. */

export interface Choice {
  name: string;
  do(): void;
}

export class Notices {
  readonly element = document.createElement("div");
  readonly #shown = new Map<string, HTMLElement>();

  constructor() {
    this.element.className = "live-notices";
  }

  show(kind: string, text: string, choices: Choice[] = [], more?: HTMLElement): void {
    const notice = document.createElement("div");
    notice.className = "live-notice";
    notice.dataset.kind = kind;
    const words = notice.appendChild(document.createElement("p"));
    words.textContent = text;
    for (const choice of choices) {
      const button = notice.appendChild(document.createElement("button"));
      button.type = "button";
      button.textContent = choice.name;
      button.addEventListener("click", () => choice.do());
    }
    if (more) notice.append(more);
    const before = this.#shown.get(kind);
    if (before) before.replaceWith(notice);
    else this.element.append(notice);
    this.#shown.set(kind, notice);
  }

  hide(...kinds: string[]): void {
    for (const kind of kinds) {
      this.#shown.get(kind)?.remove();
      this.#shown.delete(kind);
    }
  }
}
