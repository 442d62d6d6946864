/** The one queue: jobs, one after the other, and the steps of the one whose turn it is. */
import type { Awaited, Job, RunResult, Step } from "./protocol";

export interface Performer {
  /** Settles when Python is up; rejects when it does not come up. */
  up(): Promise<void>;
  perform(step: Step): Promise<RunResult>;
  /** What whoever comes now waits for; nothing, when it need not wait. */
  awaited(): Awaited | undefined;
}

interface Place {
  job: Job<unknown>;
  /** It gets no more steps. */
  over: boolean;
  settle(outcome: unknown): void;
  fail(error: unknown): void;
}

export class Queue {
  readonly #performer: Performer;
  #waiting: Place[] = [];
  #current: Place | undefined;

  constructor(performer: Performer) {
    this.#performer = performer;
  }

  /** The page of the job whose turn it is. */
  get page(): string | undefined {
    return this.#current && !this.#current.over ? this.#current.job.page : undefined;
  }

  add<T>(job: Job<T>): Promise<T | "stopped"> {
    const outcome = new Promise<unknown>((settle, fail) => this.#waiting.push({ job, over: false, settle, fail }));
    const awaited = this.#performer.awaited();
    if (awaited) job.waits?.(awaited);
    void this.#next();
    return outcome as Promise<T | "stopped">;
  }

  /** Forget what waits, or of it what is not of `page`. */
  drop(page?: string): void {
    const dropped = this.#waiting.filter(({ job }) => page === undefined || job.page !== page);
    this.#waiting = this.#waiting.filter((place) => !dropped.includes(place));
    for (const { settle } of dropped) settle("stopped");
  }

  /** The job whose turn it is gets no more steps. */
  end(): void {
    if (this.#current) this.#current.over = true;
  }

  tell(awaited: Awaited): void {
    for (const { job } of this.#waiting) job.waits?.(awaited);
  }

  async #next(): Promise<void> {
    if (this.#current || !this.#waiting.length) return;
    try {
      await this.#performer.up();
    } catch (error) {
      for (const { fail } of this.#waiting.splice(0)) fail(error);
      return;
    }
    if (this.#current) return;
    const place = (this.#current = this.#waiting.shift());
    if (!place) return;
    try {
      place.settle(await this.#walk(place));
    } catch (error) {
      place.fail(error);
    }
    this.#current = undefined;
    void this.#next();
  }

  async #walk(place: Place): Promise<unknown> {
    const steps = place.job.steps();
    let turn = await steps.next();
    while (!turn.done && !place.over) {
      const result = await this.#performer.perform(turn.value);
      if (result.restarted) place.over = true;
      turn = await steps.next(result);
    }
    if (turn.done) return turn.value;
    await steps.return("stopped");
    return "stopped";
  }
}
