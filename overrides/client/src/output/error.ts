/** An error: what it is, the reader's own lines with all that belongs to it, and the rest folded. As render.py. */
import type { Frame, Output } from "../kernel/protocol";
import { output } from "./element";

type ErrorOutput = Extract<Output, { output_type: "error" }>;

export function renderError({ ename, evalue, notes, own, traceback, frames }: ErrorOutput): HTMLElement {
  const element = output("error");
  const stopped = ename === "KeyboardInterrupt";
  add(element, "p", "live-error", stopped ? "Stopped" : [evalue ? `${ename}: ${evalue}` : ename, ...notes].join("\n"));
  if (stopped) element.dataset.stopped = "";
  if (own) add(element, "pre", "live-traceback", own).tabIndex = 0;
  const others = frames.filter(({ kind }) => kind !== "cell").length;
  if (others || (traceback.length > 1 && !own)) {
    const details = add(element, "details", "live-frames", "");
    add(details, "summary", "", others ? "Whole traceback, with calls in the library" : "Whole traceback");
    add(details, "pre", "", traceback.join("\n")).tabIndex = 0;
  }
  return element;
}

/** Where the reader's code in `cell` failed. */
export function failingLine(error: ErrorOutput, cell: string): Frame | undefined {
  return error.frames.findLast((frame) => frame.kind === "cell" && frame.cell === cell);
}

function add(parent: Element, tag: string, className: string, text: string): HTMLElement {
  const element = parent.appendChild(document.createElement(tag));
  if (className) element.className = className;
  if (text) element.textContent = text;
  return element;
}
