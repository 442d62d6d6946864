/** <live-page-tools>: what can be done with all cells of a page. */
import type { LiveCell } from "../cell/live-cell";
import type { Runnable } from "../run/runnable";
import { stop } from "./kernel";
import { Waiting } from "./waits";

export class PageTools extends HTMLElement {
  readonly #waiting = new Waiting();
  readonly #run = button("Run all cells", () => void this.#runAll());
  readonly #stop = button("Stop", () => void stop());
  readonly #show = button("Show it", () => this.#failed?.show());
  #failed: Runnable | undefined;

  connectedCallback(): void {
    if (this.childElementCount) return;
    this.#stop.hidden = this.#show.hidden = true;
    this.append(this.#run, this.#stop, button("Reset all", resetAll), this.#waiting.element, this.#show, keys());
  }

  async #runAll(): Promise<void> {
    const last = cells().at(-1);
    if (!last) return;
    this.#turn(true);
    this.#report(undefined, "");
    const ended = await last.ask("all", this.#waiting.tell);
    this.#turn(false);
    if (ended.how === "blocked")
      this.#report(ended.by, `The cell “${ended.by.id}” ${ended.why}${ended.failed ? ". Those below it did not run" : ""}.`);
    else if (ended.how === "no Python") this.#report(last, "Python could not be loaded.");
    else if (ended.how === "framed")
      this.#report(last, "Nothing has run: another site shows this page inside its own. The last cell says more.");
    else if (ended.how !== "ran") this.#report(undefined, "Stopped.");
    else if (last.facts.failure) this.#report(last, `The cell “${last.id}” ${last.facts.failure}.`);
    else this.#report(undefined, `All ${cells().length} cells have run.`);
  }

  /** How it ended, and where to look. */
  #report(failed: Runnable | undefined, text: string): void {
    this.#failed = failed;
    this.#show.hidden = !failed;
    this.#waiting.end(text);
  }

  #turn(busy: boolean): void {
    const focused = document.activeElement;
    [this.#run.hidden, this.#stop.hidden] = [busy, !busy];
    if (focused === this.#run && busy) this.#stop.focus({ preventScroll: true });
    if (focused === this.#stop && !busy) this.#run.focus({ preventScroll: true });
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
    list.append(
      Object.assign(document.createElement("dt"), { textContent: key }),
      Object.assign(document.createElement("dd"), { textContent: meaning }),
    );
  }
  return details;
}
