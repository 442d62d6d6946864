/** A cell's buttons, and one line that says what it is doing. */
import type { Shown } from "../run/run";
import { type Icon, icon } from "./icons";

export interface Actions {
  run(): void;
  stop(): void;
  reset(): void;
  runAllAbove(): void;
  copy(): void;
  notebook(): void;
  share(): void;
}

const BUTTONS: [keyof Actions, string, Icon, string][] = [
  ["run", "Run", "run", "Run (Shift+Enter in the code)"],
  ["stop", "Stop", "stop", "Stop"],
  ["reset", "Reset", "reset", "Reset: the code and the output as published"],
  ["runAllAbove", "Run all above", "above", "Run all cells above, then this one"],
  ["copy", "Copy", "copy", "Copy the code"],
  ["notebook", "Download notebook", "notebook", "Download the page as a notebook, with your code"],
  ["share", "Share link", "share", "Copy a link that carries this code"],
];

export class Toolbar {
  readonly element = document.createElement("div");
  readonly #status = document.createElement("span");
  readonly #buttons = new Map<keyof Actions, HTMLButtonElement>();

  /** `told`: the id of what has to be known before Run. */
  constructor(label: string, told: string, actions: Actions) {
    this.element.className = "live-toolbar";
    this.element.setAttribute("role", "group");
    this.element.setAttribute("aria-label", label);
    this.#status.className = "live-status";
    this.element.append(this.#status);
    for (const [action, name, picture, hint] of BUTTONS) {
      const button = document.createElement("button");
      button.type = "button";
      button.className = `live-button live-${action.toLowerCase()}`;
      button.title = hint;
      button.append(icon(picture));
      const text = button.appendChild(document.createElement("span"));
      text.textContent = name;
      button.addEventListener("click", () => actions[action]());
      this.#buttons.set(action, button);
      this.element.append(button);
    }
    this.#buttons.get("run")!.setAttribute("aria-describedby", told);
    this.show("idle");
  }

  show(state: Shown): void {
    const busy = state === "loading" || state === "running";
    const [run, stop] = [this.#buttons.get("run")!, this.#buttons.get("stop")!];
    const focused = document.activeElement;
    run.hidden = busy;
    stop.hidden = !busy;
    // The two stand in one place: who pressed one goes on with the other.
    if (focused === run && busy) stop.focus({ preventScroll: true });
    if (focused === stop && !busy) run.focus({ preventScroll: true });
  }

  /** A few words beside the buttons. */
  say(text: string, share?: number): void {
    this.#status.textContent = text;
    this.element.style.setProperty("--live-share", share === undefined ? "0" : String(share));
  }

  /** Whether there is anything that Reset would take back. */
  canReset(yes: boolean): void {
    this.#buttons.get("reset")!.toggleAttribute("data-quiet", !yes);
  }
}
