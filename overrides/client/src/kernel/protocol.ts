/** The types both sides of the kernel speak. No logic here. */

export type MimeBundle = Record<string, unknown>;
export type Metadata = Record<string, unknown>;

/** A stack frame of an error, oldest first. Lines count from 1, columns from 0 (in characters). */
export interface Frame {
  file: string;
  line: number;
  end_line: number;
  col?: number;
  end_col?: number;
  name: string;
  /** The source line, without its indentation. */
  text: string;
  kind: "cell" | "library" | "runtime";
  /** The cell's id, on frames of kind "cell". */
  cell?: string;
}

/** Outputs have nbformat's shapes, so that build and page share one renderer's rules. */
export type Output =
  | { output_type: "stream"; name: "stdout" | "stderr"; text: string }
  | { output_type: "display_data"; data: MimeBundle; metadata: Metadata; transient?: { display_id?: string | number } }
  | { output_type: "execute_result"; data: MimeBundle; metadata: Metadata; execution_count: number }
  | { output_type: "update_display_data"; data: MimeBundle; metadata: Metadata; transient: { display_id: string | number } }
  | { output_type: "clear_output"; wait: boolean }
  /** `own`: the lines in cells that led to it; with causes, contexts or a group, all of them, as CPython tells it. */
  | { output_type: "error"; ename: string; evalue: string; notes: string[]; own: string; traceback: string[]; frames: Frame[] };

export interface UsedName {
  /** As the reader knows it: "attention.softmax". */
  name: string;
  /** "engineroom/attention.py", relative to pysrc. */
  path: string;
  line: number;
}

export interface Completion {
  label: string;
  type: "function" | "class" | "module" | "variable" | "keyword" | "property" | "parameter";
  /** Signature, or the type's name. */
  detail: string;
  /** First line of the docstring. */
  info: string;
  /** Where the completed word starts in the code. */
  from: number;
}

export type KernelState = "off" | "loading" | "ready" | "busy" | "dead";

export interface Progress {
  loaded: number;
  total: number;
  label: string;
}

/** What a cell wants to fetch, and how much of it the browser does not have. */
export interface Wanted {
  name: string;
  bytes: number;
}

export interface RunRequest {
  page: string;
  cell: string;
  code: string;
}

/** One run of a job. */
export interface Step extends RunRequest {
  on: RunHandlers;
  /** What those who wait in line are told that they wait for; the cell, if it is not said. */
  name?: string;
}

/** Yields what is to run, step by step, and is given how each ended. */
export type Steps<T> = AsyncGenerator<Step, T, RunResult>;

/** What a job in line waits for. */
export type Awaited = { for: "step"; name: string } | { for: "Python"; progress?: Progress };

/** Runs that belong together: nothing comes between them. */
export interface Job<T> {
  page: string;
  /** Called when its turn has come and Python is up: what it runs is decided then. */
  steps(): Steps<T>;
  waits?(what: Awaited): void;
}

export interface RunHandlers {
  output(batch: Output[]): void;
  /** Answers input(); without it input() raises in the cell. */
  input?(prompt: string, password: boolean): Promise<string>;
  /** May the cell fetch this? Asked for more than a megabyte; a no ends the run as "stopped". Without it everything may be fetched. */
  fetch?(wanted: Wanted): boolean;
}

export interface RunResult {
  status: "ok" | "error" | "stopped" | "died";
  /** The session is new: every name is gone (stopped by a new worker, or died). */
  restarted: boolean;
  used: UsedName[];
}

/** How Python came up: from a kept snapshot, the fast way, or as Pyodide comes; milliseconds since the worker began. */
export interface Started {
  way: "snapshot" | "fast" | "plain";
  times: Record<string, number>;
}

/** What went wrong before any code could run. `message` is a sentence for the reader. */
export class KernelError extends Error {
  constructor(
    readonly kind: "download" | "boot" | "dead",
    message: string,
    /** For "download": the file that did not come. */
    readonly file?: string,
  ) {
    super(message);
    this.name = "KernelError";
  }
}

export interface KernelEvents {
  /** detail: KernelState */
  state: CustomEvent<KernelState>;
  /** detail: Progress */
  progress: CustomEvent<Progress>;
  /** detail: Started */
  started: CustomEvent<Started>;
  /** detail: page whose names are gone. Mark its cells as not run. */
  session: CustomEvent<string>;
}

export interface Kernel extends EventTarget {
  readonly state: KernelState;
  /** Idempotent. Rejects with KernelError; call again to retry. */
  start(): Promise<void>;
  /**
   * The one queue: a job runs when those before it have ended; starts the kernel when needed. Resolves with what its steps return, or as
   * "stopped" when stop() or Python's end left it no more steps. Rejects with KernelError when Python does not start.
   */
  queue<T>(job: Job<T>): Promise<T | "stopped">;
  /** A job of one step. */
  run(request: RunRequest, on: RunHandlers): Promise<RunResult>;
  /** Ends what runs and forgets what waits. */
  stop(): Promise<{ restarted: boolean }>;
  /** Empty while a cell runs or before the kernel has started. */
  complete(page: string, code: string, cursor: number): Promise<Completion[]>;
  /** Names the page's current namespace: another number, another namespace. */
  session(page: string): number;
  /** Whether the page has a namespace: what ran there can be built upon. */
  holds(page: string): boolean;
  addEventListener<K extends keyof KernelEvents>(
    type: K,
    listener: (event: KernelEvents[K]) => void,
    options?: AddEventListenerOptions | boolean,
  ): void;
  addEventListener(type: string, listener: EventListenerOrEventListenerObject, options?: AddEventListenerOptions | boolean): void;
}

export interface KernelConfig {
  /** Folder of the runtime (holds boot.json), relative to the page or absolute. */
  runtime: string;
  /** Folder of the library's data (holds index.json). */
  data: string;
  /** The worker's script: the built kernel/worker.ts. */
  worker: string;
}
