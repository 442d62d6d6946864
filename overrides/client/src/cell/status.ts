/** What a cell's bar says, to those who see and to those who listen. A state that passes is drawn if it lasts. */
import { Spoken, type Wait, words } from "../page/waits";
import type { Shown } from "../run/run";
import type { Toolbar } from "./toolbar";

/** Milliseconds a state has to last to be drawn: drawing the page for it would keep the result of a quick cell waiting. */
const DRAWN_AFTER = 40;

export class Status {
  readonly spoken = new Spoken();
  readonly #host: HTMLElement;
  readonly #toolbar: Toolbar;
  /** The state that is not drawn yet, and its words. */
  #coming: { timer: number; words: string; share?: number | undefined } | undefined;

  constructor(host: HTMLElement, toolbar: Toolbar) {
    this.#host = host;
    this.#toolbar = toolbar;
  }

  show(state: Shown, text: string): void {
    this.#take();
    this.#host.dataset.state = state;
    this.#toolbar.show(state);
    this.#toolbar.say(text);
  }

  /** Show a state, once it has lasted; `drawn` is called then. */
  showSoon(state: Shown, drawn?: () => void): void {
    this.#take();
    this.#host.dataset.state = state;
    const draw = (): void => {
      const { words: text, share } = this.#coming!;
      this.#coming = undefined;
      this.#toolbar.show(state);
      this.#toolbar.say(text, share);
      drawn?.();
    };
    this.#coming = { timer: window.setTimeout(draw, DRAWN_AFTER), words: "" };
  }

  say(text: string, share?: number): void {
    if (this.#coming) [this.#coming.words, this.#coming.share] = [text, share];
    else this.#toolbar.say(text, share);
  }

  tell(wait: Wait): void {
    this.say(words(wait), wait.share);
    this.spoken.later(wait.step);
  }

  announce(text: string): void {
    this.spoken.say(text);
  }

  #take(): void {
    clearTimeout(this.#coming?.timer);
    this.#coming = undefined;
  }
}
