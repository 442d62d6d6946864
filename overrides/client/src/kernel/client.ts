/** The page's end of the kernel: one per tab, one job at a time, a new worker when the old one will not stop. */
import { heed } from "./heed";
import { Line, type Peer } from "./line";
import type {
  Awaited,
  Completion,
  Job,
  Kernel,
  KernelConfig,
  KernelState,
  Output,
  Progress,
  RunHandlers,
  RunRequest,
  RunResult,
  Step,
  Steps,
} from "./protocol";
import { Queue } from "./queue";
import type { Code } from "./wire";

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

interface Run {
  number: number;
  step: Step;
  ended: Promise<RunResult>;
  end(result: RunResult): void;
  /** The stop under way. */
  halting?: Promise<{ restarted: boolean }>;
}

export class KernelClient extends EventTarget implements Kernel {
  state: KernelState = "off";
  readonly #config: KernelConfig;
  readonly #open: (script: string) => Peer;
  readonly #queue = new Queue({
    up: () => this.#up(),
    perform: (step) => this.#perform(step),
    awaited: () => this.#awaited(),
  });
  #line: Line | null = null;
  #starting: Promise<void> | null = null;
  #progress: Progress | undefined;
  #code: Code = {};
  #run: Run | null = null;
  #numbers = 0;
  #sessions = new Map<string, number>();

  constructor(config: KernelConfig, open: (script: string) => Peer) {
    super();
    this.#config = config;
    this.#open = open;
  }

  start(): Promise<void> {
    return (this.#starting ??= this.#begin(this.#dial()));
  }

  queue<T>(job: Job<T>): Promise<T | "stopped"> {
    // What other pages still run or wait for, nobody sees any more.
    this.#queue.drop(job.page);
    if (this.#queue.page !== undefined && this.#queue.page !== job.page) void this.#halt();
    return this.#queue.add(job);
  }

  async run(request: RunRequest, on: RunHandlers): Promise<RunResult> {
    const steps = async function* (): Steps<RunResult> {
      return yield { ...request, on };
    };
    const result = await this.queue<RunResult>({ page: request.page, steps });
    return result === "stopped" ? { status: "stopped", restarted: false, used: [] } : result;
  }

  stop(): Promise<{ restarted: boolean }> {
    this.#queue.drop();
    return this.#halt();
  }

  async complete(page: string, code: string, cursor: number): Promise<Completion[]> {
    return this.state === "ready" && this.#line ? this.#line.complete(page, code, cursor) : [];
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
    const { runtime, data, worker } = this.#config;
    const line: Line = new Line(
      this.#open(worker),
      worker,
      { runtime, data, code: this.#code },
      { progress: (step) => this.#came(line, step), broke: () => this.#broke(line) },
    );
    return line;
  }

  /** Make `line` the one that runs cells, once its Python is up. */
  async #begin(line: Line): Promise<void> {
    this.#line = line;
    this.#progress = undefined;
    this.#turn("loading");
    this.#queue.tell({ for: "Python" });
    const booted = await line.ready.catch((error) => {
      if (line === this.#line) this.#hangUp("off");
      throw error;
    });
    if (line !== this.#line) return;
    const { way, times, code } = booted;
    this.#code = code;
    this.dispatchEvent(new CustomEvent("started", { detail: { way, times } }));
    this.#turn("ready");
  }

  async #up(): Promise<void> {
    while (this.state !== "ready" && this.state !== "busy") await this.start();
  }

  #came(line: Line, progress: Progress): void {
    this.dispatchEvent(new CustomEvent("progress", { detail: progress }));
    if (line !== this.#line) return;
    this.#progress = progress;
    this.#queue.tell({ for: "Python", progress });
  }

  #awaited(): Awaited | undefined {
    if (this.#run) return { for: "step", name: named(this.#run.step) };
    return this.state === "ready" ? undefined : { for: "Python", ...(this.#progress && { progress: this.#progress }) };
  }

  #perform(step: Step): Promise<RunResult> {
    const line = this.#line!;
    const number = ++this.#numbers;
    let end!: Run["end"];
    const ended = new Promise<RunResult>((resolve) => (end = resolve));
    const run: Run = (this.#run = { number, step, ended, end });
    this.session(step.page);
    this.#turn("busy");
    this.#queue.tell({ for: "step", name: named(step) });
    void line.run(number, step, step.on).then(({ status, used, gone }) => {
      if (line !== this.#line) return;
      this.#lose(gone);
      if (run !== this.#run) return;
      if (status === "died") return this.#replace("died", DIED, "dead");
      this.#run = null;
      this.#turn("ready");
      end({ status, used, restarted: false });
    });
    return ended;
  }

  /** Ends what runs. */
  async #halt(): Promise<{ restarted: boolean }> {
    this.#queue.end();
    if (!this.#run) return { restarted: false };
    return (this.#run.halting ??= this.#heeded(this.#run, this.#line!));
  }

  async #heeded(run: Run, line: Line): Promise<{ restarted: boolean }> {
    const next = await heed<Line>({
      ended: run.ended,
      plead: () => {
        line.caller?.stop(run.number);
        return line.interrupt(run.number);
      },
      ping: () => line.ping(),
      silence: line.caller ? SILENCE.shared : SILENCE.other,
      rival: () => {
        const rival = this.#dial();
        // Where memory is shared a computing cell is told as well: it has until another Python is up.
        return { rival, up: line.caller ? rival.ready : rival.listens };
      },
      dismiss: (rival) => rival.hangUp(),
    });
    const replaced = next !== undefined && run === this.#run && line === this.#line;
    if (replaced) this.#replace("stopped", STOPPED, "off", next);
    else next?.hangUp();
    return { restarted: replaced };
  }

  /** Give the worker up, for `next` if there is one: what runs ends, every name is gone. */
  #replace(status: "stopped" | "died", last: Output, state: "off" | "dead", next?: Line): void {
    const run = this.#run;
    this.#run = null;
    run?.step.on.output([last]);
    this.#hangUp(state);
    if (next) (this.#starting = this.#begin(next)).catch(() => {});
    run?.end({ status, restarted: true, used: [] });
  }

  /** While it starts, whoever waits for the start hears of it. */
  #broke(line: Line): void {
    if (line === this.#line && this.state !== "loading") this.#replace("died", DIED, "dead");
  }

  #hangUp(state: "off" | "dead"): void {
    this.#line?.hangUp();
    this.#line = null;
    this.#starting = null;
    this.#turn(state);
    this.#lose([...this.#sessions.keys()]);
  }

  /** These pages' names are gone. */
  #lose(pages: string[]): void {
    for (const page of pages) {
      this.#sessions.delete(page);
      this.#line?.forget(page);
      this.dispatchEvent(new CustomEvent("session", { detail: page }));
    }
  }

  #turn(state: KernelState): void {
    if (this.state === state) return;
    this.state = state;
    this.dispatchEvent(new CustomEvent("state", { detail: state }));
  }
}

function named({ name, cell }: Step): string {
  return name ?? cell;
}

let only: Kernel | null = null;

/** The tab's kernel. The first call's addresses hold: later pages of the site share them. */
export function kernel(config: KernelConfig): Kernel {
  const absolute = (url: string): string => new URL(url, document.baseURI).href;
  const folder = (url: string): string => absolute(url).replace(/\/?$/, "/");
  only ??= new KernelClient(
    { runtime: folder(config.runtime), data: folder(config.data), worker: absolute(config.worker) },
    (script) => new Worker(script, { type: "module", name: "engineroom-kernel" }) as Peer,
  );
  return only;
}
