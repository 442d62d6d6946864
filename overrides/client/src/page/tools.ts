/** <live-page-tools>: what can be done with all cells of a page. */
import type { LiveCell } from "../cell/live-cell";

export class PageTools extends HTMLElement {
  connectedCallback(): void {
    if (this.childElementCount) return;
    this.append(
      button("Run all cells", () => cells().at(-1)?.runAllAbove()),
      button("Reset all", resetAll),
      keys(),
    );
  }
}

function cells(): LiveCell[] {
  return [...document.querySelectorAll<LiveCell>("live-cell")];
}

/** Each cell's own Reset can be undone in its editor; this one cannot, so it asks. */
function resetAll(): void {
  const edited = cells().filter((cell) => cell.source.edited).length;
  const question = `Reset every cell of this page? What you wrote in ${edited === 1 ? "one of them" : `${edited} of them`} is lost.`;
  if (!edited || confirm(question)) cells().forEach((cell) => cell.reset());
}

function button(name: string, work: () => void): HTMLButtonElement {
  const element = document.createElement("button");
  element.type = "button";
  element.textContent = name;
  element.addEventListener("click", work);
  return element;
}

const KEYS = [
  ["Enter", "on some code: edit it"],
  ["Shift+Enter", "run the cell"],
  ["Ctrl+Shift+Enter", "run all cells above, then the cell"],
  ["Tab", "indent; complete a name with Enter"],
  ["Esc, then Tab", "leave the code"],
];

function keys(): HTMLElement {
  const details = document.createElement("details");
  details.append(Object.assign(document.createElement("summary"), { textContent: "Keys" }));
  const list = details.appendChild(document.createElement("dl"));
  for (const [key, meaning] of KEYS) {
    list.append(Object.assign(document.createElement("dt"), { textContent: key }), Object.assign(document.createElement("dd"), { textContent: meaning }));
  }
  return details;
}
