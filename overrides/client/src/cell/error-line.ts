/**
 * The line that failed, with what Python said about it. Editing that line takes the mark away.
 *
 * All of it stands beside the text, in a gutter and a panel: what stands inside an editable element becomes code when
 * the reader types over it.
 */
import { type Extension, StateEffect, StateField } from "@codemirror/state";
import { Decoration, EditorView, GutterMarker, gutter, type Panel, showPanel } from "@codemirror/view";

interface Failure {
  /** Where the line starts. */
  at: number;
  message: string;
}

export const markError = StateEffect.define<{ line: number; message: string } | null>();

const failure = StateField.define<Failure | null>({
  create: () => null,
  update(before, { effects, state, startState, docChanged, changes }) {
    const effect = effects.find((each) => each.is(markError));
    if (effect) return effect.value && { at: state.doc.line(effect.value.line).from, message: effect.value.message };
    if (!before || !docChanged) return before;
    const line = startState.doc.lineAt(before.at);
    return changes.touchesRange(line.from, line.to) ? null : { ...before, at: changes.mapPos(before.at, 1) };
  },
  provide: (field) => EditorView.decorations.from(field, (found) => (found ? Decoration.set(tinted.range(found.at)) : Decoration.none)),
});

const tinted = Decoration.line({ class: "live-error-line" });

class Mark extends GutterMarker {
  override toDOM(): HTMLElement {
    const mark = document.createElement("span");
    mark.className = "live-error-mark";
    mark.textContent = "!";
    return mark;
  }
}

const mark = new Mark();

const marks = gutter({
  class: "live-error-gutter",
  lineMarker: ({ state }, { from }) => (state.field(failure)?.at === from ? mark : null),
  lineMarkerChange: ({ startState, state }) => startState.field(failure) !== state.field(failure),
});

/** `hint` is the id of what else describes the editor; the message joins it in what a screen reader says about the code. */
export function errorLine(hint: string): Extension {
  const id = `${hint}-error`;
  const panel = (view: EditorView): Panel => {
    const dom = document.createElement("p");
    dom.className = "live-error-message";
    dom.id = id;
    const update = (): void => {
      const found = view.state.field(failure);
      if (found) dom.textContent = `Line ${view.state.doc.lineAt(found.at).number}: ${found.message}`;
    };
    update();
    return { dom, update };
  };
  return [
    failure,
    marks,
    showPanel.from(failure, (found) => found && panel),
    EditorView.contentAttributes.of(({ state }) => ({ "aria-describedby": state.field(failure) ? `${hint} ${id}` : hint })),
  ];
}
