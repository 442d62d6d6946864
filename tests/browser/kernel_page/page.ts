/** The kernel without a site around it, and handles for the tests. */

import { kernel } from "../../../overrides/client/src/kernel/client";
import type { Output, RunResult } from "../../../overrides/client/src/kernel/protocol";

interface Options {
  page?: string;
  cell?: string;
  answers?: (string | null)[];
  /** The reader's yes or no to a download. */
  mayFetch?: boolean;
}

interface Done extends RunResult {
  outputs: Output[];
  /** Milliseconds from the call, of each message and of the end. */
  messages: number[];
  took: number;
}

const python = kernel({ runtime: "assets/runtime/kernel/", data: "data/", worker: "worker.js" });
const log = { states: [] as string[], progress: [] as unknown[], started: [] as unknown[], sessions: [] as string[], questions: [] as unknown[], wanted: [] as { name: string; bytes: number }[] };
python.addEventListener("state", (event) => log.states.push(event.detail));
python.addEventListener("progress", (event) => log.progress.push(event.detail));
python.addEventListener("started", (event) => log.started.push(event.detail));
python.addEventListener("session", (event) => log.sessions.push(event.detail));

async function run(code: string, { page = "page/", cell = "cell", answers, mayFetch }: Options = {}): Promise<Done> {
  const began = performance.now();
  const [outputs, messages]: [Output[], number[]] = [[], []];
  const output = (batch: Output[]): void => {
    outputs.push(...batch);
    messages.push(performance.now() - began);
  };
  const input = async (prompt: string, password: boolean): Promise<string> => {
    log.questions.push([prompt, password]);
    const answer = answers!.shift();
    if (answer === null) return new Promise(() => {});
    return answer!;
  };
  const fetch = (wanted: { name: string; bytes: number }): boolean => (log.wanted.push(wanted), mayFetch!);
  const late = new Promise<never>((_, reject) => setTimeout(reject, 40_000, new Error(`no end of ${code}`)));
  const result = await Promise.race([python.run({ page, cell, code }, { output, ...(answers ? { input } : {}), ...(mayFetch === undefined ? {} : { fetch }) }), late]);
  return { ...result, outputs, messages, took: performance.now() - began };
}

/** The longest time the page could not have answered a click, while `work` ran. */
async function longestFreeze(work: () => Promise<unknown>): Promise<number> {
  let [longest, last, on] = [0, performance.now(), true];
  const channel = new MessageChannel();
  channel.port1.onmessage = () => {
    const now = performance.now();
    longest = Math.max(longest, now - last);
    last = now;
    if (on) channel.port2.postMessage(null);
  };
  channel.port2.postMessage(null);
  await work();
  on = false;
  return longest;
}

/** Start `code`, stop it after `delay` ms; when is Python ready again? */
async function stopAfter(code: string, delay: number, options?: Options): Promise<{ done: Done; ready: number; restarted: boolean }> {
  const running = run(code, options);
  await new Promise((resolve) => setTimeout(resolve, delay));
  const asked = performance.now();
  const [{ restarted }, done] = await Promise.all([python.stop(), running]);
  await python.start();
  return { done, ready: performance.now() - asked, restarted };
}

const start = (): Promise<string> => python.start().then(
  () => "ready",
  (error) => JSON.stringify({ name: error.name, kind: error.kind, file: error.file, message: error.message }),
);

Object.assign(window, { python, log, run, start, stopAfter, longestFreeze });
