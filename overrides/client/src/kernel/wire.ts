/** What the page and its worker say to each other: the messages below Contract `Kernel`. */

import type { Completion, Output, Progress, Started, UsedName, Wanted } from "./protocol";

/** Compiled code by file: the page hands it from one worker to the next. */
export type Code = Record<string, WebAssembly.Module>;

export interface BootOptions {
  runtime: string;
  data: string;
  /** Shared with the page when it is cross-origin isolated: see interrupt.ts. */
  shared: SharedArrayBuffer | null;
  /** What the worker before this one has compiled. */
  code: Code;
}

export type BootResult = ({ ok: true; code: Code } & Started) | { ok: false; kind: "download" | "boot"; message: string; file?: string };

export interface WireRun {
  number: number;
  page: string;
  cell: string;
  code: string;
}

export interface WireResult {
  status: "ok" | "error" | "stopped" | "died";
  used: UsedName[];
  /** Pages whose names were let go to make room. */
  gone: string[];
}

export interface WorkerApi {
  boot(options: BootOptions, progress: (progress: Progress) => void): Promise<BootResult>;
  run(
    request: WireRun,
    output: (batch: Output[]) => void | Promise<void>,
    ask: ((prompt: string, password: boolean) => Promise<string | null>) | null,
    mayFetch: ((wanted: Wanted) => boolean | Promise<boolean>) | null,
  ): Promise<WireResult>;
  /** Ends run `number` if it awaits something. */
  interrupt(number: number): void;
  /** Answers, unless Python is computing. */
  ping(): void;
  complete(page: string, code: string, cursor: number): Promise<Completion[]>;
}
