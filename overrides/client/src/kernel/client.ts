/** The page's end of the kernel: one per tab, one job at a time, a new worker when the old one will not stop. */
import { DIED, STOPPED } from "./endings";
import { heed } from "./heed";
import type { Line, Peer } from "./line";
import { open } from "./open";
import type {
  Awaited,
  Completion,
  Job,
  Kernel,
  KernelConfig,
  KernelState,
  Output,
  RunHandlers,
  RunRequest,
  RunResult,
  Step,
  Steps,
} from "./protocol";
import { Python } from "./python";
import { Queue } from "./queue";

/**
 * How long a worker may be silent after a stop before another is made ready, in milliseconds. Where the two share memory, what computes
 * is told too, and takes a moment to hear it.
 */
const SILENCE = { shared: 200, other: 60 };

interface Run {
  number: number;
  step: Step;
  ended: Promise<RunResult>;
  end(result: RunResult): void;
  /** The stop under way. */
  halting?: Promise<{ restarted: boolean }>;
}

export class KernelClient extends EventTarget implements Kernel {
  readonly #python: Python;
  readonly #queue: Queue;
  #run: Run | undefined;
  #numbers = 0;
  #sessions = new Map<string, number>();

  constructor(config: KernelConfig, open: (script: string) => Peer) {
    super();
    this.#queue = new Queue({
      up: () => this.#python.up(),
      perform: (step) => this.#perform(step),
      awaited: () => this.#awaited(),
    });
    this.#python = new Python(config, open, {
      state: (state) => {
        this.#say("state", state);
        if (state === "loading") this.#queue.tell({ for: "Python" });
      },
      progress: (progress, own) => {
        this.#say("progress", progress);
        if (own) this.#queue.tell({ for: "Python", progress });
      },
      started: (started) => this.#say("started", started),
      ended: () => this.#lose([...this.#sessions.keys()]),
      broke: () => this.#replace("died", DIED, "dead"),
    });
  }

  get state(): KernelState {
    return this.#python.state;
  }

  start(): Promise<void> {
    return this.#python.start();
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
    const { state, line } = this.#python;
    return state === "ready" && line ? line.complete(page, code, cursor) : [];
  }

  holds(page: string): boolean {
    return this.#sessions.has(page);
  }

  session(page: string): number {
    let number = this.#sessions.get(page);
    if (number === undefined) this.#sessions.set(page, (number = ++this.#numbers));
    return number;
  }

  #awaited(): Awaited | undefined {
    if (this.#run) return { for: "step", name: named(this.#run.step) };
    const { state, progress } = this.#python;
    return state === "ready" ? undefined : { for: "Python", ...(progress && { progress }) };
  }

  #perform(step: Step): Promise<RunResult> {
    const line = this.#python.line!;
    const number = ++this.#numbers;
    let end!: Run["end"];
    const ended = new Promise<RunResult>((resolve) => (end = resolve));
    const run: Run = (this.#run = { number, step, ended, end });
    this.session(step.page);
    this.#python.turn("busy");
    this.#queue.tell({ for: "step", name: named(step) });
    void line.run(number, step, step.on).then(({ status, used, gone }) => {
      if (line !== this.#python.line) return;
      this.#lose(gone);
      if (run !== this.#run) return;
      if (status === "died") return this.#replace("died", DIED, "dead");
      this.#run = undefined;
      this.#python.turn("ready");
      end({ status, used, restarted: false });
    });
    return ended;
  }

  /** Ends what runs. */
  async #halt(): Promise<{ restarted: boolean }> {
    this.#queue.end();
    if (!this.#run) return { restarted: false };
    return (this.#run.halting ??= this.#heeded(this.#run, this.#python.line!));
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
        const rival = this.#python.dial();
        // Where memory is shared a computing cell is told as well: it has until another Python is up.
        return { rival, up: line.caller ? rival.ready : rival.listens };
      },
      dismiss: (rival) => rival.hangUp(),
    });
    const replaced = next !== undefined && run === this.#run;
    if (replaced) this.#replace("stopped", STOPPED, "off", next);
    else next?.hangUp();
    return { restarted: replaced };
  }

  /** Give Python up, for `next` if there is one: what runs ends, every name is gone. */
  #replace(status: "stopped" | "died", last: Output, state: "off" | "dead", next?: Line): void {
    const run = this.#run;
    this.#run = undefined;
    run?.step.on.output([last]);
    this.#python.end(state, next);
    run?.end({ status, restarted: true, used: [] });
  }

  /** These pages' names are gone. */
  #lose(pages: string[]): void {
    for (const page of pages) {
      this.#sessions.delete(page);
      this.#python.line?.forget(page);
      this.#say("session", page);
    }
  }

  #say(type: string, detail: unknown): void {
    this.dispatchEvent(new CustomEvent(type, { detail }));
  }
}

function named({ name, cell }: Step): string {
  return name ?? cell;
}

let only: Kernel | undefined;

/** The tab's kernel. The first call's addresses hold: later pages of the site share them. */
export function kernel(config: KernelConfig): Kernel {
  const absolute = (url: string): string => new URL(url, document.baseURI).href;
  const folder = (url: string): string => absolute(url).replace(/\/?$/, "/");
  only ??= new KernelClient({ runtime: folder(config.runtime), data: folder(config.data), worker: absolute(config.worker) }, open);
  return only;
}
