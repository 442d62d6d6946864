/** What runs when: one thing at a time, and a cell only after the page's earlier cells. */
import type { Kernel, Output, RunResult } from "../kernel/protocol";
import type { LiveCell } from "../cell/live-cell";
import { kernelNow, theKernel } from "./kernel";

let queue: Promise<unknown> = Promise.resolve();
let stopping = new AbortController();

/** All cells of the page that `cell` is on, in reading order. */
export function cellsOf(key: string): LiveCell[] {
  const cells = [...document.querySelectorAll<LiveCell>("live-cell")];
  return cells.filter((cell) => cell.key === key);
}

/** Run a cell, after those above it that have not run in this session as they now stand: what you read is what you run. */
export function run(cell: LiveCell): Promise<void> {
  return enqueue(cell, false);
}

/** Run the page's cells above this one, and this one, whether they have run or not. */
export function runAllAbove(cell: LiveCell): Promise<void> {
  return enqueue(cell, true);
}

/** Run a cell, if it has not run as it stands, and then `code` in its session, as a cell called `name` that nobody sees. */
export async function runAfter(cell: LiveCell, name: string, code: string, output: (batch: Output[]) => void): Promise<RunResult["status"] | "blocked"> {
  const { signal } = stopping;
  const kernel = kernelNow();
  const fresh = cell.hasRunAsShown && kernel !== undefined && cell.session === kernel.session(cell.key);
  if (!fresh) await enqueue(cell, false);
  if (signal.aborted) return "stopped";
  const ready = kernelNow();
  if (!ready || cell.state !== "done") return "blocked";
  const task = queue.then(async () => (signal.aborted ? "stopped" : (await ready.run({ page: cell.key, cell: name, code }, { output })).status));
  queue = task.catch(() => {});
  return task;
}

/** End what runs and forget what waits. */
export async function stop(): Promise<void> {
  stopping.abort();
  stopping = new AbortController();
  await kernelNow()?.stop();
}

function enqueue(cell: LiveCell, again: boolean): Promise<void> {
  const { signal } = stopping;
  const stale = () => signal.aborted || !cell.isConnected;
  cell.waits();
  const task = queue.then(async () => {
    if (stale()) return cell.wasStopped();
    const kernel = await unlessAborted(started(cell, signal), signal);
    if (stale()) return cell.wasStopped();
    if (kernel) await runInOrder(kernel, cell, cellsOf(cell.key), again, stale);
  });
  queue = task.catch(() => {});
  return task;
}

/** The kernel, up; nothing when it could not be loaded, which the cell has then said. */
async function started(cell: LiveCell, signal: AbortSignal): Promise<Kernel | undefined> {
  try {
    const kernel = await theKernel();
    await cell.whileLoading(kernel, kernel.start(), signal);
    return kernel;
  } catch (error) {
    if (!signal.aborted) cell.couldNotStart(error);
    return undefined;
  }
}

/** A download goes on for the next run, but whoever pressed Stop need not wait for it. */
function unlessAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T | undefined> {
  let leave!: () => void;
  const aborted = new Promise<undefined>((resolve) => (leave = () => resolve(undefined)));
  signal.addEventListener("abort", leave);
  return Promise.race([work, aborted]).finally(() => signal.removeEventListener("abort", leave));
}

async function runInOrder(kernel: Kernel, cell: LiveCell, cells: LiveCell[], again: boolean, stale: () => boolean): Promise<void> {
  let repeated = false;
  for (const above of cells.slice(0, cells.indexOf(cell))) {
    const sameSession = above.session !== undefined && above.session === kernel.session(cell.key);
    if (sameSession && above.hasRunAsShown && !again) continue;
    if (above.unconfirmed) return cell.isBlocked(above, "holds code from a link. Look at it and run it there first, or reset it");
    repeated ||= above.session !== undefined && !sameSession;
    const status = await above.execute(kernel, cell);
    if (status === "stopped" || stale()) return cell.wasStopped();
    if (status === "died" || (status === "error" && !above.expectsError)) return cell.isBlocked(above, "raised an error, so this one did not run");
  }
  await cell.execute(kernel);
  if (repeated) cell.say("The session had restarted: the cells above ran again first.");
  markStale(cells, cell);
}

/** Cells below that ran earlier in this session, with what this cell has now changed. */
function markStale(cells: LiveCell[], cell: LiveCell): void {
  if (!cell.changedSinceLastRun) return;
  for (const below of cells.slice(cells.indexOf(cell) + 1)) {
    if (below.session !== undefined && below.session === cell.session) below.isStale();
  }
}
