/** The line that failed, with what Python said about it. Editing that line takes the mark away. */
import { StateEffect, StateField } from "@codemirror/state";
import { Decoration, type DecorationSet, EditorView, WidgetType } from "@codemirror/view";

export const markError = StateEffect.define<{ line: number; message: string } | null>();

class Message extends WidgetType {
  constructor(readonly text: string) {
    super();
  }

  override eq(other: Message): boolean {
    return other.text === this.text;
  }

  override toDOM(): HTMLElement {
    const element = document.createElement("span");
    element.className = "live-error-message";
    element.textContent = this.text;
    return element;
  }
}

export const errorLine = StateField.define<DecorationSet>({
  create: () => Decoration.none,
  update(marks, transaction) {
    for (const effect of transaction.effects) {
      if (!effect.is(markError)) continue;
      if (!effect.value) return Decoration.none;
      const { from, to } = transaction.state.doc.line(effect.value.line);
      return Decoration.set([
        Decoration.line({ class: "live-error-line" }).range(from),
        Decoration.widget({ widget: new Message(effect.value.message), side: 1 }).range(to),
      ]);
    }
    if (!transaction.docChanged || marks.size === 0) return marks;
    const line = transaction.startState.doc.lineAt(marks.iter().from);
    return transaction.changes.touchesRange(line.from, line.to) ? Decoration.none : marks.map(transaction.changes);
  },
  provide: (field) => EditorView.decorations.from(field),
});
