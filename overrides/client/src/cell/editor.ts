/** CodeMirror in place of a cell's code. Loaded when a reader first touches some code. */
import { autocompletion, closeBrackets, closeBracketsKeymap, completionKeymap } from "@codemirror/autocomplete";
import { defaultKeymap, history, historyKeymap, indentWithTab } from "@codemirror/commands";
import { pythonLanguage } from "@codemirror/lang-python";
import { bracketMatching, indentOnInput, indentUnit, LanguageSupport, syntaxHighlighting } from "@codemirror/language";
import { EditorState, Prec } from "@codemirror/state";
import { drawSelection, EditorView, keymap } from "@codemirror/view";
import { completions } from "./completion";
import { errorLine, markError } from "./error-line";
import { pygments } from "./highlight";

export interface EditorOptions {
  code: string;
  label: string;
  /** Describes the keys; its id. */
  hint: string;
  page: string;
  change(code: string): void;
  run(): void;
  runAllAbove(): void;
}

export interface Editor {
  readonly element: HTMLElement;
  code: string;
  focus(at?: number): void;
  /** Mark a line (from 1) with a message, or none. */
  mark(line?: number, message?: string): void;
  destroy(): void;
}

export function createEditor(options: EditorOptions): Editor {
  const view = new EditorView({
    state: EditorState.create({ doc: options.code, extensions: extensions(options) }),
  });
  return {
    element: view.dom,
    get code() {
      return view.state.doc.toString();
    },
    set code(code) {
      const old = view.state.doc.toString();
      if (code === old) return;
      view.dispatch({ changes: difference(old, code) });
    },
    focus(at) {
      if (at !== undefined) view.dispatch({ selection: { anchor: Math.min(at, view.state.doc.length) } });
      view.focus();
    },
    mark(line, message) {
      view.dispatch({ effects: markError.of(line ? { line: Math.min(line, view.state.doc.lines), message: message ?? "" } : null) });
    },
    destroy: () => view.destroy(),
  };
}

function extensions(options: EditorOptions) {
  const run = (work: () => void) => () => (work(), true);
  return [
    Prec.highest(
      keymap.of([
        { key: "Shift-Enter", run: run(options.run) },
        { key: "Mod-Enter", run: run(options.run) },
        { key: "Mod-Shift-Enter", run: run(options.runAllAbove) },
      ]),
    ),
    history(),
    drawSelection(),
    indentUnit.of("    "),
    EditorState.tabSize.of(4),
    indentOnInput(),
    bracketMatching(),
    closeBrackets(),
    new LanguageSupport(pythonLanguage),
    syntaxHighlighting(pygments),
    autocompletion({ override: [completions(options.page)], icons: false }),
    errorLine(options.hint),
    keymap.of([...closeBracketsKeymap, ...defaultKeymap, ...historyKeymap, ...completionKeymap, indentWithTab]),
    // Not on the element itself: CodeMirror writes its class anew at every change of focus.
    EditorView.editorAttributes.of({ class: "highlight" }),
    EditorView.contentAttributes.of({
      "aria-label": options.label,
      // Said in so many words: what scrolls sideways on a phone can be reached.
      tabindex: "0",
      autocapitalize: "off",
      autocorrect: "off",
      spellcheck: "false",
    }),
    EditorView.updateListener.of((update) => {
      if (update.docChanged) options.change(update.state.doc.toString());
    }),
    // A theme's page shortcuts ("/", "s", ".") are for reading, not for here.
    EditorView.domEventHandlers({ keydown: (event) => (event.key.length === 1 && event.stopPropagation(), false) }),
  ];
}

/** The smallest piece to replace, so that the cursor and the history stay. */
function difference(old: string, code: string): { from: number; to: number; insert: string } {
  let from = 0;
  while (from < old.length && old[from] === code[from]) from++;
  let [to, end] = [old.length, code.length];
  while (to > from && end > from && old[to - 1] === code[end - 1]) to--, end--;
  return { from, to, insert: code.slice(from, end) };
}
