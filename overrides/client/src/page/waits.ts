/** What a reader waits for, in words beside the button that was pressed. */
import type { Output, Progress } from "../kernel/protocol";

export interface Wait {
  /** "Cell 3 of 13, pool". Read aloud when it changes. */
  step: string;
  /** "41 of 98 MB". Changes often, so it is only seen. */
  detail?: string;
  /** How far it is, from 0 to 1. */
  share?: number;
}

export type Tell = (wait: Wait) => void;

export const STARTING: Wait = { step: "Starting Python" };

/** The mime type of ui.Progress's numbers. */
const PROGRESS = "application/vnd.engineroom.progress+json";
const QUIET = 4_000; // ms between two sentences for those who listen

export function words({ step, detail }: Wait): string {
  return detail ? `${step}, ${detail}` : `${step}…`;
}

/** Python on its way to the page. All its files are one sum. */
export function python({ loaded, total, label }: Progress): Wait {
  return total && loaded < total ? { step: label, detail: megabytes(loaded, total), share: loaded / total } : STARTING;
}

/** What a running cell says of how far it is, if it does in these outputs. */
export function progressIn(batch: Output[]): Wait | undefined {
  for (const output of [...batch].reverse()) {
    const told =
      "data" in output && (output.data[PROGRESS] as { label: string; done: number; total: number | null; bytes: boolean } | undefined);
    if (!told) continue;
    const { label, done, total, bytes } = told;
    const detail = total
      ? bytes
        ? megabytes(done, total)
        : `${done.toLocaleString("en")} of ${total.toLocaleString("en")}`
      : done
        ? String(done)
        : undefined;
    return { step: label || "Running", ...(detail && { detail }), ...(total && { share: Math.min(1, done / total) }) };
  }
  return undefined;
}

function megabytes(loaded: number, total: number): string {
  const digits = total < 10e6 ? 1 : 0;
  return `${(loaded / 1e6).toFixed(digits)} of ${(total / 1e6).toFixed(digits)} MB`;
}

/** A line for those who listen. It speaks at most every few seconds, and then says the latest. */
export class Spoken {
  readonly element = document.createElement("span");
  #timer = 0;
  #last = "";

  constructor() {
    this.element.className = "live-spoken";
    this.element.setAttribute("role", "status");
  }

  /** A result: at once. */
  say(text: string): void {
    clearTimeout(this.#timer);
    this.#timer = 0;
    this.element.textContent = this.#last = text;
  }

  /** A step of a wait: only one that lasts is worth a sentence. */
  later(text: string): void {
    if (text === this.#last) return;
    this.#last = text;
    this.#timer ||= window.setTimeout(() => {
      this.#timer = 0;
      this.element.textContent = this.#last;
    }, QUIET);
  }
}

/** Words for a wait beside a button that is no cell's. */
export class Waiting {
  readonly element = document.createElement("span");
  readonly #seen = document.createElement("span");
  readonly #spoken = new Spoken();

  constructor() {
    this.element.className = "live-waiting";
    this.#seen.setAttribute("aria-hidden", "true");
    this.element.append(this.#seen, this.#spoken.element);
  }

  readonly tell: Tell = (wait) => {
    this.#show(words(wait), wait.share ?? 0);
    this.#spoken.later(wait.step);
  };

  /** The wait is over, with this result. */
  end(text: string): void {
    this.#show(text, 0);
    this.#spoken.say(text);
  }

  #show(text: string, share: number): void {
    this.#seen.textContent = text;
    this.element.style.setProperty("--live-share", String(share));
  }
}
