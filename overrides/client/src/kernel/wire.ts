/**
 * What the page and its worker say to each other: plain data, one union each way, checked where it arrives.
 *
 * `id` ties an answer to what it answers, `run` names a cell's run, `question` what a run asks its reader.
 */
import { type Check, isA, isFlag, isNumber, isOne, isRecord, isText, listOf, optional, orNull, recordOf, shape, variant } from "./check";
import type { Completion, Frame, Output, Progress, RunRequest, Started, UsedName, Wanted } from "./protocol";

/** Compiled code by file: the page hands it from one worker to the next. */
export type Code = Record<string, WebAssembly.Module>;

export interface Boot {
  runtime: string;
  data: string;
  /** Shared with the page when it is cross-origin isolated: see interrupt.ts. */
  shared: SharedArrayBuffer | null;
  /** What the worker before this one has compiled. */
  code: Code;
}

export interface Failure {
  kind: "download" | "boot";
  message: string;
  file?: string;
}

export interface Ended {
  status: "ok" | "error" | "stopped" | "died";
  used: UsedName[];
  /** Pages whose names were let go to make room. */
  gone: string[];
}

export type ToWorker =
  | ({ type: "boot" } & Boot)
  /** `asks`: there is someone to answer input(); `guarded`: downloads are asked for. */
  | ({ type: "run"; run: number; asks: boolean; guarded: boolean } & RunRequest)
  /** Ends the run if it awaits something. */
  | { type: "interrupt"; id: number; run: number }
  | { type: "ping"; id: number }
  | { type: "complete"; id: number; page: string; code: string; cursor: number }
  | { type: "answer"; question: number; text: string | null }
  | { type: "permission"; question: number; given: boolean };

export type FromWorker =
  | ({ type: "progress" } & Progress)
  | ({ type: "booted"; code: Code } & Started)
  | ({ type: "failed" } & Failure)
  | { type: "output"; run: number; batch: Output[] }
  | { type: "ask"; run: number; question: number; prompt: string; password: boolean }
  | ({ type: "fetch"; run: number; question: number } & Wanted)
  | ({ type: "ended"; run: number } & Ended)
  /** To a ping and an interrupt. While Python computes, it does not come. */
  | { type: "heard"; id: number }
  | { type: "completed"; id: number; found: Completion[] };

const isCode = recordOf(isA(WebAssembly.Module));
const isShared: Check<SharedArrayBuffer> = (value): value is SharedArrayBuffer =>
  Object.prototype.toString.call(value) === "[object SharedArrayBuffer]";

export const isToWorker: Check<ToWorker> = variant("type", {
  boot: shape({ runtime: isText, data: isText, shared: orNull(isShared), code: isCode }),
  run: shape({ run: isNumber, page: isText, cell: isText, code: isText, asks: isFlag, guarded: isFlag }),
  interrupt: shape({ id: isNumber, run: isNumber }),
  ping: shape({ id: isNumber }),
  complete: shape({ id: isNumber, page: isText, code: isText, cursor: isNumber }),
  answer: shape({ question: isNumber, text: orNull(isText) }),
  permission: shape({ question: isNumber, given: isFlag }),
});

const isFrame = shape<Frame>({
  file: isText,
  line: isNumber,
  end_line: isNumber,
  col: optional(isNumber),
  end_col: optional(isNumber),
  name: isText,
  text: isText,
  kind: isOne("cell", "library", "runtime"),
  cell: optional(isText),
});

const isId: Check<string | number> = (value): value is string | number => isText(value) || isNumber(value);
const bundle = { data: isRecord, metadata: isRecord };
const isOutput: Check<Output> = variant("output_type", {
  stream: shape({ name: isOne("stdout", "stderr"), text: isText }),
  display_data: shape({ ...bundle, transient: optional(shape<{ display_id?: string | number }>({ display_id: optional(isId) })) }),
  execute_result: shape({ ...bundle, execution_count: isNumber }),
  update_display_data: shape({ ...bundle, transient: shape({ display_id: isId }) }),
  clear_output: shape({ wait: isFlag }),
  error: shape({
    ename: isText,
    evalue: isText,
    notes: listOf(isText),
    own: isText,
    traceback: listOf(isText),
    frames: listOf(isFrame),
  }),
});

const KINDS: Completion["type"][] = ["function", "class", "module", "variable", "keyword", "property", "parameter"];

/** An output that a cell made by hand may be none: then it is one that says so, and the run goes on. */
const UNKNOWN: Output = {
  output_type: "stream",
  name: "stderr",
  text: "[An output that this page cannot show: it has not the form of one.]\n",
};

/** Whether a value passes itself off as a message. */
export const isMessage = shape<{ type: string }>({ type: isText });

/** A worker's message; undefined for what is none. */
export function fromWorker(value: unknown): FromWorker | undefined {
  if (!isFromWorker(value)) return undefined;
  return value.type === "output" ? { ...value, batch: value.batch.map((output) => (isOutput(output) ? output : UNKNOWN)) } : value;
}

const isFromWorker: Check<FromWorker> = variant("type", {
  progress: shape({ loaded: isNumber, total: isNumber, label: isText }),
  booted: shape({ code: isCode, way: isOne("snapshot", "fast", "plain"), times: recordOf(isNumber) }),
  failed: shape<Failure>({ kind: isOne("download", "boot"), message: isText, file: optional(isText) }),
  output: shape({ run: isNumber, batch: (value): value is Output[] => Array.isArray(value) }),
  ask: shape({ run: isNumber, question: isNumber, prompt: isText, password: isFlag }),
  fetch: shape({ run: isNumber, question: isNumber, name: isText, bytes: isNumber }),
  ended: shape({
    run: isNumber,
    status: isOne("ok", "error", "stopped", "died"),
    used: listOf(shape<UsedName>({ name: isText, path: isText, line: isNumber })),
    gone: listOf(isText),
  }),
  heard: shape({ id: isNumber }),
  completed: shape({
    id: isNumber,
    found: listOf(shape<Completion>({ label: isText, type: isOne(...KINDS), detail: isText, info: isText, from: isNumber })),
  }),
});
