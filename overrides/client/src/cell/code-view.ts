/** A cell's code on the page: the published <pre>, and an editor in its place from the first touch on. */
import type { Editor } from "./editor";
import type { Source } from "./source";

export interface CodeActions {
  page: string;
  run(): void;
  runAllAbove(): void;
  /** The editor's code could not be fetched. */
  failed(): void;
}

export class CodeView {
  readonly #pre: HTMLElement;
  readonly #code: HTMLElement;
  readonly #published: Node[];
  readonly #hint = document.createElement("p");
  #editor: Editor | undefined;
  #opening: Promise<Editor | undefined> | undefined;
  #mark: [line: number, message: string] | undefined;

  constructor(
    readonly id: string,
    readonly details: HTMLDetailsElement,
    readonly source: Source,
    readonly actions: CodeActions,
  ) {
    this.#pre = details.querySelector<HTMLElement>("pre.live-source")!;
    this.#code = this.#pre.querySelector("code") ?? this.#pre;
    this.#published = [...this.#code.childNodes];
    this.#pre.tabIndex = 0;
    this.#pre.setAttribute("role", "textbox");
    this.#pre.setAttribute("aria-readonly", "true");
    this.#pre.setAttribute("aria-multiline", "true");
    this.#pre.setAttribute("aria-label", `Code of ${id}. Press Enter to edit.`);
    this.#pre.addEventListener("click", this.#onClick);
    this.#pre.addEventListener("keydown", this.#onKey);
    this.#pre.addEventListener("focus", prefetch, { once: true });
    this.#hint.className = "live-hint";
    this.#hint.id = `${id}-keys`;
    this.#hint.textContent = "Shift+Enter runs · Tab indents · Esc, then Tab leaves";
    this.show();
  }

  /** Follow the source. */
  show(): void {
    const { code, edited } = this.source;
    if (this.#editor) this.#editor.code = code;
    else if (!edited) this.#code.replaceChildren(...this.#published);
    else if (this.#code.textContent !== code) {
      this.#code.textContent = code;
      import("./highlight").then(
        ({ colour }) => {
          if (!this.#editor && this.source.code === code) colour(this.#code, code);
        },
        () => {},
      );
    }
  }

  async edit(at?: number): Promise<void> {
    this.details.open = true;
    (await this.#open())?.focus(at);
  }

  /** Mark the line (from 1) that failed. Without a line: no mark. */
  mark(line?: number, message = ""): void {
    this.#mark = line ? [line, message] : undefined;
    if (this.#editor) this.#editor.mark(line, message);
    else if (line && this.details.open) void this.#open();
  }

  destroy(): void {
    this.#editor?.destroy();
    this.#editor?.element.remove();
    this.#hint.remove();
    this.#pre.hidden = false;
    this.#editor = this.#opening = undefined;
    this.show(); // the page may come back
  }

  #open(): Promise<Editor | undefined> {
    return (this.#opening ??= this.#create());
  }

  async #create(): Promise<Editor | undefined> {
    const module = await import("./editor").catch(() => undefined);
    if (!module || !this.#pre.isConnected) {
      this.#opening = undefined;
      if (!module) this.actions.failed();
      return undefined;
    }
    const { page, run, runAllAbove } = this.actions;
    const editor = module.createEditor({
      code: this.source.code,
      label: `Code of ${this.id}`,
      hint: this.#hint.id,
      page,
      run,
      runAllAbove,
      change: (code) => this.source.edit(code, "editor"),
    });
    this.#pre.after(editor.element, this.#hint);
    this.#pre.hidden = true;
    this.#editor = editor;
    if (this.#mark) editor.mark(...this.#mark);
    return editor;
  }

  readonly #onClick = (event: MouseEvent): void => {
    if (getSelection()?.isCollapsed === false) return;
    void this.edit(offsetAt(this.#code, event.clientX, event.clientY));
  };

  readonly #onKey = (event: KeyboardEvent): void => {
    if (event.key === "Enter" && event.shiftKey) this.actions.run();
    else if (event.key === "Enter") void this.edit();
    else {
      // Code in focus is no place for the theme's one-letter shortcuts, which leave the page.
      if (event.key.length === 1) event.stopPropagation();
      return;
    }
    event.preventDefault();
  };
}

function prefetch(): void {
  import("./editor").catch(() => {});
}

/** How many characters of the element's text come before a point of the screen. */
function offsetAt(element: HTMLElement, x: number, y: number): number | undefined {
  const at = document.caretRangeFromPoint?.(x, y);
  const [node, offset] = at ? [at.startContainer, at.startOffset] : place(document.caretPositionFromPoint?.(x, y));
  if (!node || !element.contains(node)) return undefined;
  const range = document.createRange();
  range.setStart(element, 0);
  range.setEnd(node, offset!);
  return range.toString().length;
}

function place(position: CaretPosition | null | undefined): [Node, number] | [] {
  return position ? [position.offsetNode, position.offset] : [];
}
