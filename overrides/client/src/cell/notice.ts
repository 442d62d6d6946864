/** What a cell has to tell its reader, with what can be done about it. One notice of a kind at a time. */

export interface Choice {
  name: string;
  do(): void;
}

interface Notice {
  element: HTMLElement;
  says: string;
  choices: Choice[];
}

export class Notices {
  readonly element = document.createElement("div");
  readonly #shown = new Map<string, Notice>();

  constructor(className: string) {
    this.element.className = className;
  }

  /** One that says the same already stays, with the focus in it and what is unfolded; its choices are the new ones. */
  show(kind: string, text: string, choices: Choice[] = [], more?: HTMLElement): void {
    const says = [text, ...choices.map(({ name }) => name)].join("\n");
    const before = this.#shown.get(kind);
    if (before?.says === says) return void (before.choices = choices);
    const element = document.createElement("div");
    const notice = { element, says, choices };
    element.className = "live-notice";
    element.dataset.kind = kind;
    const words = element.appendChild(document.createElement("p"));
    words.textContent = text;
    choices.forEach(({ name }, at) => {
      const button = element.appendChild(document.createElement("button"));
      button.type = "button";
      button.textContent = name;
      button.addEventListener("click", () => notice.choices[at]!.do());
    });
    if (more) element.append(more);
    if (before) before.element.replaceWith(element);
    else this.element.append(element);
    this.#shown.set(kind, notice);
  }

  hide(...kinds: string[]): void {
    for (const kind of kinds) {
      const element = this.#shown.get(kind)?.element;
      const focused = element?.contains(document.activeElement);
      element?.remove();
      this.#shown.delete(kind);
      // Whoever has chosen goes on from the cell's first button.
      if (focused)
        this.element.parentElement?.querySelector<HTMLElement>(":is(.live-run, .live-stop):not([hidden])")?.focus({ preventScroll: true });
    }
  }
}
