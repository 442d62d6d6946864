/** The page's end of the kernel: one per tab, one cell at a time, a new worker when the old one will not stop. */

import { proxy, type Remote, wrap } from "comlink";
import { heed } from "./heed";
import { Caller, createShared } from "./interrupt";
import {
  type Completion,
  type Kernel,
  type KernelConfig,
  KernelError,
  type KernelState,
  type Output,
  type Progress,
  type RunHandlers,
  type RunRequest,
  type RunResult,
  type Started,
  type Wanted,
} from "./protocol";
import type { Code, WorkerApi } from "./wire";

/**
 * How long a worker may be silent after a stop before another is made ready, in milliseconds. Where the two share memory, what computes
 * is told too, and takes a moment to hear it.
 */
const SILENCE = { shared: 200, other: 60 };

const STOPPED: Output = {
  output_type: "error",
  ename: "KeyboardInterrupt",
  evalue: "Stopped",
  notes: [],
  own: "",
  traceback: ["Stopped"],
  frames: [],
};
const DIED: Output = {
  output_type: "error",
  ename: "KernelDied",
  evalue:
    "Python stopped working, most likely for want of memory or in a recursion too deep. Its names are gone; run the cell again to start it afresh.",
  notes: [],
  own: "",
  traceback: [],
  frames: [],
};

interface Job {
  number: number;
  request: RunRequest;
  on: RunHandlers;
  done: boolean;
  result: Promise<RunResult>;
  resolve(result: RunResult): void;
  reject(error: unknown): void;
}

interface Line {
  worker: Worker;
  api: Remote<WorkerApi>;
  caller: Caller | null;
  /** Settles when its script has begun to listen. */
  listens: Promise<void>;
  /** Settles when Python is up, or did not come up. */
  ready: Promise<Started>;
}

class KernelClient extends EventTarget implements Kernel {
  state: KernelState = "off";
  readonly #config: KernelConfig;
  #line: Line | null = null;
  #starting: Promise<void> | null = null;
  #code: Code = {};
  #queue: Job[] = [];
  #current: Job | null = null;
  #numbers = 0;
  #sessions = new Map<string, number>();

  constructor(config: KernelConfig) {
    super();
    this.#config = config;
  }

  start(): Promise<void> {
    return (this.#starting ??= this.#begin(this.#dial()));
  }

  run(request: RunRequest, on: RunHandlers): Promise<RunResult> {
    this.#leaveOtherPages(request.page);
    let [resolve, reject]: [Job["resolve"], Job["reject"]] = [() => {}, () => {}];
    const result = new Promise<RunResult>((...both) => ([resolve, reject] = both));
    this.#queue.push({ number: ++this.#numbers, request, on, done: false, result, resolve, reject });
    void this.#next();
    return result;
  }

  async stop(): Promise<{ restarted: boolean }> {
    for (const job of this.#queue.splice(0)) this.#finish(job, { status: "stopped", restarted: false, used: [] });
    const [job, line] = [this.#current, this.#line];
    if (!job || !line) return { restarted: false };
    const next = await heed<Line>({
      ended: job.result.catch(() => {}),
      plead: () => {
        line.caller?.stop(job.number);
        return line.api.interrupt(job.number);
      },
      ping: () => line.api.ping(),
      silence: line.caller ? SILENCE.shared : SILENCE.other,
      rival: () => {
        const rival = this.#dial();
        // Where memory is shared a computing cell is told as well: it has until another Python is up.
        return { rival, up: line.caller ? rival.ready : rival.listens };
      },
      dismiss: ({ worker }) => worker.terminate(),
    });
    if (!next || job.done || line !== this.#line) {
      next?.worker.terminate();
      return { restarted: false };
    }
    this.#replace(job, "stopped", STOPPED, "off", next);
    return { restarted: true };
  }

  async complete(page: string, code: string, cursor: number): Promise<Completion[]> {
    if (this.state !== "ready" || !this.#line) return [];
    return this.#line.api.complete(page, code, cursor).catch(() => []);
  }

  holds(page: string): boolean {
    return this.#sessions.has(page);
  }

  session(page: string): number {
    let number = this.#sessions.get(page);
    if (number === undefined) this.#sessions.set(page, (number = ++this.#numbers));
    return number;
  }

  /** A new worker, starting Python. */
  #dial(): Line {
    const worker = new Worker(this.#config.worker, { type: "module", name: "engineroom-kernel" });
    const shared = createShared();
    const api = wrap<WorkerApi>(worker);
    const broken = new Promise<never>((_, reject) => {
      worker.addEventListener("error", (event) => {
        event.preventDefault();
        reject(
          new KernelError(
            "download",
            "Python could not be loaded: its script did not arrive. Check the connection and try again.",
            this.#config.worker,
          ),
        );
        this.#broke(worker);
      });
    });
    const { runtime, data } = this.#config;
    const progress = proxy((step: Progress) => void this.dispatchEvent(new CustomEvent("progress", { detail: step })));
    const listens = Promise.race([api.ping(), broken]);
    const ready = Promise.race([api.boot({ runtime, data, shared, code: this.#code }, progress), broken]).then((result) => {
      if (!result.ok) throw new KernelError(result.kind, result.message, result.file);
      this.#code = result.code;
      return { way: result.way, times: result.times };
    });
    for (const promise of [broken, listens, ready]) promise.catch(() => {});
    return { worker, api, caller: shared && new Caller(shared), listens, ready };
  }

  /** Make `line` the one that runs cells, once its Python is up. */
  async #begin(line: Line): Promise<void> {
    this.#line = line;
    this.#turn("loading");
    const started = await line.ready.catch((error) => {
      if (line === this.#line) this.#hangUp("off");
      throw error;
    });
    if (line !== this.#line) return;
    this.dispatchEvent(new CustomEvent("started", { detail: started }));
    this.#turn("ready");
  }

  async #next(): Promise<void> {
    if (this.#current) return;
    const job = this.#queue.shift();
    if (!job) return;
    this.#current = job;
    try {
      await this.start();
    } catch (error) {
      if (this.#current === job) this.#current = null;
      job.done = true;
      job.reject(error);
      for (const waiting of this.#queue.splice(0)) waiting.reject(error);
      return;
    }
    if (job.done || !this.#line) return;
    await this.#perform(job, this.#line);
  }

  async #perform(job: Job, line: Line): Promise<void> {
    const { page, cell, code } = job.request;
    this.session(page);
    this.#turn("busy");
    const output = (batch: Output[]): void => {
      if (!job.done || line === this.#line) job.on.output(batch);
    };
    const ask = job.on.input && ((prompt: string, password: boolean) => this.#answer(job, line, prompt, password));
    const mayFetch = job.on.fetch && ((wanted: Wanted) => job.on.fetch!(wanted));
    const result = await line.api
      .run({ number: job.number, page, cell, code }, proxy(output), ask ? proxy(ask) : null, mayFetch ? proxy(mayFetch) : null)
      .catch(() => ({ status: "died" as const, used: [], gone: [] }));
    if (line === this.#line) this.#lose(result.gone);
    if (job.done || line !== this.#line) return;
    if (result.status === "died") return this.#replace(job, "died", DIED, "dead");
    this.#turn("ready");
    this.#finish(job, { status: result.status, used: result.used, restarted: false });
  }

  async #answer(job: Job, line: Line, prompt: string, password: boolean): Promise<string | null> {
    const text = await job.on.input!(prompt, password).catch(() => null);
    if (!job.done) line.caller?.answer(text);
    return text;
  }

  /** Give the worker up, for `next` if there is one: its job ends, every name is gone. */
  #replace(job: Job, status: "stopped" | "died", last: Output, state: "off" | "dead", next?: Line): void {
    job.on.output([last]);
    this.#hangUp(state);
    if (next) (this.#starting = this.#begin(next)).catch(() => {});
    this.#finish(job, { status, restarted: true, used: [] });
  }

  #broke(worker: Worker): void {
    if (worker !== this.#line?.worker || this.state === "loading") return;
    const job = this.#current;
    if (job) this.#replace(job, "died", DIED, "dead");
    else this.#hangUp("dead");
  }

  #hangUp(state: "off" | "dead"): void {
    this.#line?.worker.terminate();
    this.#line = null;
    this.#starting = null;
    this.#turn(state);
    this.#lose([...this.#sessions.keys()]);
  }

  /** These pages' names are gone. */
  #lose(pages: string[]): void {
    for (const page of pages) {
      this.#sessions.delete(page);
      this.dispatchEvent(new CustomEvent("session", { detail: page }));
    }
  }

  #finish(job: Job, result: RunResult): void {
    if (job.done) return;
    job.done = true;
    if (this.#current === job) this.#current = null;
    job.resolve(result);
    void this.#next();
  }

  /** What other pages still run or wait for, nobody sees any more. */
  #leaveOtherPages(page: string): void {
    const elsewhere = (job: Job | null): boolean => job !== null && job.request.page !== page;
    for (const job of this.#queue.filter(elsewhere)) this.#finish(job, { status: "stopped", restarted: false, used: [] });
    this.#queue = this.#queue.filter((job) => !elsewhere(job));
    if (elsewhere(this.#current)) void this.stop();
  }

  #turn(state: KernelState): void {
    if (this.state === state) return;
    this.state = state;
    this.dispatchEvent(new CustomEvent("state", { detail: state }));
  }
}

let only: Kernel | null = null;

/** The tab's kernel. The first call's addresses hold: later pages of the site share them. */
export function kernel(config: KernelConfig): Kernel {
  const absolute = (url: string): string => new URL(url, document.baseURI).href;
  const folder = (url: string): string => absolute(url).replace(/\/?$/, "/");
  only ??= new KernelClient({ runtime: folder(config.runtime), data: folder(config.data), worker: absolute(config.worker) });
  return only;
}
