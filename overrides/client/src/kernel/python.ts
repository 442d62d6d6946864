/** Python's life in the tab: it starts, is replaced, or ends. One worker at a time holds it. */
import { Line, type Peer } from "./line";
import type { KernelConfig, KernelState, Progress, Started } from "./protocol";
import type { Code } from "./wire";

export interface Hearer {
  /** Before anything else is done about it. */
  state(state: KernelState): void;
  /** `own`: of the Python that is waited for, not of one that may replace it. */
  progress(progress: Progress, own: boolean): void;
  started(started: Started): void;
  /** Every name is gone. */
  ended(): void;
  /** It has ended by itself. */
  broke(): void;
}

export class Python {
  state: KernelState = "off";
  line: Line | undefined;
  /** How far its start is, as last told. */
  progress: Progress | undefined;
  readonly #config: KernelConfig;
  readonly #open: (script: string) => Peer;
  readonly #hearer: Hearer;
  #starting: Promise<void> | undefined;
  /** Compiled once, for every worker. */
  #code: Code = {};

  constructor(config: KernelConfig, open: (script: string) => Peer, hearer: Hearer) {
    this.#config = config;
    this.#open = open;
    this.#hearer = hearer;
  }

  start(): Promise<void> {
    return (this.#starting ??= this.#begin(this.dial()));
  }

  /** Settles when it can be asked, or is. */
  async up(): Promise<void> {
    while (this.state !== "ready" && this.state !== "busy") await this.start();
  }

  /** A new worker, starting another Python. */
  dial(): Line {
    const { runtime, data, worker } = this.#config;
    const boot = { runtime, data, code: this.#code };
    const line: Line = new Line(this.#open(worker), worker, boot, {
      progress: (progress) => {
        const own = line === this.line;
        if (own) this.progress = progress;
        this.#hearer.progress(progress, own);
      },
      // While it starts, whoever waits for the start hears of it.
      broke: () => line === this.line && this.state !== "loading" && this.#hearer.broke(),
    });
    return line;
  }

  turn(state: KernelState): void {
    if (this.state === state) return;
    this.state = state;
    this.#hearer.state(state);
  }

  /** Give the worker up, for `next` if there is one. */
  end(state: "off" | "dead", next?: Line): void {
    this.line?.hangUp();
    this.line = this.#starting = undefined;
    this.turn(state);
    this.#hearer.ended();
    if (next) (this.#starting = this.#begin(next)).catch(() => {});
  }

  /** Make `line` the one that runs cells, once its Python is up. */
  async #begin(line: Line): Promise<void> {
    this.line = line;
    this.progress = undefined;
    this.turn("loading");
    const booted = await line.ready.catch((error) => {
      if (line === this.line) this.end("off");
      throw error;
    });
    if (line !== this.line) return;
    const { way, times, code } = booted;
    this.#code = code;
    this.#hearer.started({ way, times });
    this.turn("ready");
  }
}
