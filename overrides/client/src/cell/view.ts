/** Shows what a Run has become: the bar, the notices, the output, and what is said aloud. */
import type { RunResult } from "../kernel/protocol";
import { OutputArea } from "../output/area";
import type { How } from "../run/plan";
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
  /** Its code came with a link and the reader has not run it. */
  readonly unconfirmed: boolean;
  run(): void;
  runAllAbove(): unknown;
}

export class View {
  readonly notices = new Notices();
  readonly toolbar: Toolbar;
  readonly status: Status;
  readonly output: OutputArea;
  readonly #cell: Viewed;
  readonly #used: Used;

  constructor(host: HTMLElement & Viewed, base: string, actions: Actions) {
    this.#cell = host;
    this.toolbar = new Toolbar(`Cell ${host.id}`, actions);
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
    const { source, unconfirmed } = this.#cell;
    const { asked, wanted, how } = run;
    this.toolbar.canReset(source.edited || run.last !== undefined);
    const text = soon || isBusy(shown(run)) || asked.is === "looking" ? "" : comparison(source, this.output, wanted);
    if (!text) return this.notices.hide("other");
    // Code from a link is run from its bar, below the words that came with it.
    const again = { name: wanted ? "Fetch and run" : "Run it", do: () => this.#press(wanted ? how : "run") };
    this.notices.show("other", text, unconfirmed ? [] : [again]);
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

  #press(how: How): void {
    if (how === "all") this.#cell.runAllAbove();
    else this.#cell.run();
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
