/** Keeps a cell's Run, and does what follows from it: jobs for the kernel, questions before downloads. */
import type { Wanted } from "../kernel/protocol";
import { agree, agreeToPython, hasAgreed, pythonFirst, pythonIsHere } from "../page/consent";
import { stop } from "../page/kernel";
import type { Tell } from "../page/waits";
import { type Ended, fulfil, hindered, troubleOf } from "./errand";
import { hindrance } from "./hindrance";
import { covers, type How } from "./plan";
import { after, type Event, RESTING, type Run, type Task } from "./run";
import type { Runnable } from "./runnable";

export interface Watcher {
  changed(before: Run): void;
  /** Show what was published. */
  restore(): void;
  tell: Tell;
}

export class Conductor {
  run: Run = RESTING;
  readonly #cell: Runnable;
  readonly #watcher: Watcher;
  readonly #jobs = new Map<number, { ended: Promise<Ended>; tells: Set<Tell> }>();

  constructor(cell: Runnable, watcher: Watcher) {
    this.#cell = cell;
    this.#watcher = watcher;
  }

  /**
   * The reader's own wish. It agrees to what was said to be fetched, and to Python. `own`: by the cell's own Run, which alone runs a
   * link's code. `tell` hears what is waited for, too.
   */
  press(how: Exclude<How, "have">, own: boolean, tell?: Tell): Promise<Ended> {
    const hindering = hindrance(this.#cell, own);
    if (hindering) {
      this.handle({ type: "over", job: 0, trouble: { is: hindering } });
      return Promise.resolve(hindered(this.#cell, hindering));
    }
    if (this.run.wanted) agree(this.run.wanted);
    agreeToPython();
    this.handle({ type: "pressed", wish: { how, pressed: true, code: this.#cell.code } });
    const { asked, phase } = this.run;
    const job = this.#jobs.get(asked.is === "queued" ? asked.job : "job" in phase ? phase.job : 0)!;
    if (tell) job.tells.add(tell);
    return job.ended;
  }

  /** A control was moved or the cell came into view: it runs if nothing has to be asked first. */
  move(): void {
    const hindering = hindrance(this.#cell, false);
    if (hindering) this.handle({ type: "over", job: 0, trouble: { is: hindering } });
    else this.handle({ type: "moved", free: pythonIsHere(), code: this.#cell.code });
  }

  handle(event: Event): void {
    const before = this.run;
    const [run, tasks] = after(before, event);
    this.run = run;
    if (run !== before) this.#watcher.changed(before);
    for (const task of tasks) this.#do(task);
  }

  #do(task: Task): void {
    if (task.do === "queue") this.#queue(task.job);
    else if (task.do === "stop") void stop();
    else if (task.do === "restore") this.#watcher.restore();
    else void pythonFirst().then((wanted) => this.#cell.isConnected && this.handle({ type: "looked", wanted }));
  }

  #queue(job: number): void {
    const tells = new Set([this.#watcher.tell]);
    const over = (ended?: Ended): void => {
      this.#jobs.delete(job);
      this.handle({ type: "over", job, trouble: ended && troubleOf(ended, this.#cell) });
    };
    const ended = fulfil({
      cell: this.#cell,
      lent: false,
      turn: () => this.#turn(job),
      code: () => this.#code(),
      mayFetch: (wanted, own) => this.#mayFetch(wanted, own),
      tell: (wait) => tells.forEach((tell) => tell(wait)),
    });
    this.#jobs.set(job, { ended, tells });
    ended.then(over, (error) => {
      over();
      console.error(error);
    });
  }

  #turn(job: number): How | undefined {
    const { asked } = this.run;
    if (asked.is !== "queued" || asked.job !== job) return undefined;
    this.handle({ type: "turn", job });
    return asked.wish.how;
  }

  /** What was seen when the job was asked for, or when it was asked for again. */
  #code(): string | undefined {
    const { phase } = this.run;
    return "wish" in phase ? phase.wish.code : undefined;
  }

  #mayFetch(wanted: Wanted, own: boolean): boolean {
    const { phase } = this.run;
    if ("wish" in phase && covers(phase.wish, own)) agree(wanted);
    if (hasAgreed(wanted)) return true;
    this.handle({ type: "wants", wanted });
    return false;
  }
}
