/** Shows what a Run has become: the bar, the notices, the output, and what is said aloud. */
import type { RunResult } from "../kernel/protocol";
import { OutputArea } from "../output/area";
import { type Run, type Shown, shown } from "../run/run";
import type { Runnable } from "../run/runnable";
import { comparison } from "./comparison";
import { Notices } from "./notice";
import type { Source } from "./source";
import { Status } from "./status";
import { type Actions, Toolbar } from "./toolbar";
import { tellTroubles } from "./troubles";
import { Used } from "./used";

export interface Viewed extends Runnable {
  readonly source: Source;
  ask(how: "run" | "all"): unknown;
}

export class View {
  readonly notices = new Notices("live-notices");
  /** Whose code it is, when it is not the reader's: above it, and beside Run. */
  readonly foreign = new Notices("live-foreign");
  readonly toolbar: Toolbar;
  readonly status: Status;
  readonly output: OutputArea;
  readonly #cell: Viewed;
  readonly #used: Used;

  constructor(host: HTMLElement & Viewed, base: string, actions: Actions) {
    this.#cell = host;
    this.foreign.element.id = `${host.id}:foreign`;
    this.toolbar = new Toolbar(`Cell ${host.id}`, this.foreign.element.id, actions);
    this.status = new Status(host, this.toolbar);
    this.output = new OutputArea(host.querySelector<HTMLElement>(".live-output")!, host.source.published);
    this.#used = new Used(host.querySelector<HTMLElement>(".live-used"), base);
    this.status.show("idle", "");
  }

  follow(run: Run, before: Run): void {
    const [state, was] = [shown(run), shown(before)];
    const text = summary(run, state);
    if (isBusy(state)) {
      this.notices.hide("lost");
      if (state !== was) this.status.showSoon(state, () => state === "running" && this.output.waits());
    } else if (state !== was || text !== summary(before, was)) this.status.show(state, text);
    const said = tellTroubles(this.#cell, this.notices, run, before);
    if (said) this.status.announce(said);
  }

  /** Say it when the output is not that of the code shown, and what a run has to fetch first. `soon`: a run is about to follow. */
  compare(run: Run, soon: boolean): void {
    const { source } = this.#cell;
    const { asked, wanted, how } = run;
    this.toolbar.canReset(source.edited || run.last !== undefined);
    const text = soon || isBusy(shown(run)) || asked.is === "looking" ? "" : comparison(source, this.output, wanted);
    if (!text) return this.notices.hide("other");
    // Code from a link is run from its bar, below the words that came with it.
    const again = { name: wanted ? "Fetch and run" : "Run it", do: () => this.#cell.ask(wanted && how === "all" ? "all" : "run") };
    this.notices.show("other", text, source.unconfirmed ? [] : [again]);
    if (wanted && text !== this.status.spoken.element.textContent) this.status.announce(text);
  }

  /** A run has come to its end. */
  ran({ status, used }: RunResult): void {
    if (status === "ok") this.#used.show(used);
  }

  /** As published. */
  restore(): void {
    this.output.restore();
    this.#used.restore();
  }
}

export function isBusy(state: Shown): boolean {
  return state === "loading" || state === "running";
}

/** The few words on a cell that rests. */
function summary({ last, trouble }: Run, state: Shown): string {
  if (trouble && trouble.is !== "restarted") return "";
  if (state === "idle") return last ? "Ran before Python restarted" : "";
  if (isBusy(state) || !last) return "";
  return `${last.seconds.toFixed(last.seconds < 10 ? 1 : 0)} s`;
}
