/** What runs when: one thing at a time, and a cell only after the page's earlier cells. */
import type { LiveCell } from "../cell/live-cell";
import type { Kernel, Output, RunResult } from "../kernel/protocol";
import { kernelNow, theKernel } from "./kernel";
import { watch } from "./visits";
import { python, STARTING, type Tell, words } from "./waits";

/** How a request to run ended. */
export type Ended = { how: "ran" | "stopped" | "no Python" } | { how: "blocked"; by: LiveCell; why: string };

interface Request {
  cell: LiveCell;
  /** Cells above run whether they have run or not. */
  again?: boolean;
  /** The cell itself need not run again if it has. */
  kept?: boolean;
  /** Hears what is waited for, besides the cell. */
  tell?: Tell;
}

let queue: Promise<unknown> = Promise.resolve();
let stopping = new AbortController();
/** The cell that runs, and those who wait for it to end. */
let running: LiveCell | undefined;
const line = new Set<Tell>();

/** All cells of the page that `cell` is on, in reading order. */
export function cellsOf(key: string): LiveCell[] {
  const cells = [...document.querySelectorAll<LiveCell>("live-cell")];
  return cells.filter((cell) => cell.key === key);
}

/** Run a cell, after those above it that have not run in this session as they now stand: what you read is what you run. */
export function run(cell: LiveCell): Promise<Ended> {
  return enqueue({ cell });
}

/** Run the page's cells above this one, and this one, whether they have run or not. */
export function runAllAbove(cell: LiveCell, tell?: Tell): Promise<Ended> {
  return enqueue({ cell, again: true, ...(tell && { tell }) });
}

/** Run a cell, if it has not run as it stands, and then `code` in its session, as a cell called `name` that nobody sees. */
export async function runAfter(
  cell: LiveCell,
  name: string,
  code: string,
  output: (batch: Output[]) => void,
  tell: Tell,
): Promise<RunResult["status"] | "blocked"> {
  const { signal } = stopping;
  const { how } = await enqueue({ cell, kept: true, tell });
  if (signal.aborted || how === "stopped") return "stopped";
  const ready = kernelNow();
  if (!ready || how !== "ran" || cell.failure) return "blocked";
  tell({ step: "Running the tests" });
  const task = queue.then(async () =>
    signal.aborted ? "stopped" : (await ready.run({ page: cell.key, cell: name, code }, { output })).status,
  );
  queue = task.catch(() => {});
  return task;
}

/** End what runs and forget what waits. */
export async function stop(): Promise<void> {
  stopping.abort();
  stopping = new AbortController();
  await kernelNow()?.stop();
}

async function enqueue(request: Request): Promise<Ended> {
  const { cell } = request;
  const { signal } = stopping;
  const stale = (): boolean => signal.aborted || !cell.isConnected;
  const tell: Tell = (wait) => {
    if (signal.aborted) return;
    cell.tell(wait);
    request.tell?.(wait);
  };
  cell.waits();
  tell(running ? waitsFor(running) : STARTING);
  line.add(tell);
  const task = queue.then(async (): Promise<Ended> => {
    line.delete(tell);
    const kernel = stale() ? undefined : await unlessAborted(started(cell, tell, signal), signal);
    const ended: Ended = stale() ? { how: "stopped" } : kernel ? await inOrder(kernel, request, tell, stale) : { how: "no Python" };
    running = undefined;
    if (ended.how === "stopped") cell.rests();
    if (ended.how === "blocked") cell.isBlocked(ended.by, ended.why);
    return ended;
  });
  queue = task.catch(() => {});
  return task;
}

const waitsFor = (cell: LiveCell) => ({ step: `Waiting for ${cell.id}` });

/** The kernel, up; nothing when it could not be loaded, which the cell has then said. */
async function started(cell: LiveCell, tell: Tell, signal: AbortSignal): Promise<Kernel | undefined> {
  try {
    if (kernelNow()?.state !== "ready") tell(STARTING);
    const kernel = await theKernel();
    watch(kernel);
    const listening = new AbortController();
    kernel.addEventListener("progress", ({ detail }) => tell(python(detail)), { signal: listening.signal });
    await kernel.start().finally(() => listening.abort());
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

async function inOrder(kernel: Kernel, { cell, again, kept }: Request, tell: Tell, stale: () => boolean): Promise<Ended> {
  const cells = cellsOf(cell.key);
  const here = ({ session }: LiveCell): boolean => session !== undefined && session === kernel.session(cell.key);
  const stands = (each: LiveCell): boolean => here(each) && each.hasRunAsShown;
  const before = cells.slice(0, cells.indexOf(cell)).filter((above) => again || above.failure || !stands(above));
  let repeated = false;
  for (const [index, above] of before.entries()) {
    if (above.unconfirmed)
      return { how: "blocked", by: above, why: "holds code from a link. Look at it and run it there first, or reset it" };
    // What was stopped by a new Python, or ended it, would do so again.
    if (!again && above.failure && (here(above) || above.session === undefined)) return { how: "blocked", by: above, why: above.failure };
    repeated ||= above.session !== undefined && !here(above);
    const step = `Cell ${index + 1} of ${before.length + 1}, ${above.id}`;
    const toldHere: Tell = (wait) => tell({ step, detail: words(wait), share: wait.share ?? 0 });
    tell({ step, share: index / (before.length + 1) });
    const status = await perform(kernel, above, cells, cell, toldHere);
    if (status === "stopped" || stale()) return { how: "stopped" };
    if (above.failure) return { how: "blocked", by: above, why: above.failure };
  }
  if (kept && !before.length && stands(cell) && !cell.failure) cell.rests();
  else if ((await perform(kernel, cell, cells, cell)) === "stopped") return { how: "stopped" };
  if (repeated) cell.say("The session had restarted: the cells above ran again first.");
  return { how: "ran" };
}

/** Run a cell, because the reader of `asked` wants it, and see what that means for those below. */
async function perform(kernel: Kernel, cell: LiveCell, cells: LiveCell[], asked: LiveCell, tell?: Tell): Promise<RunResult["status"]> {
  running = cell;
  for (const waiting of line) waiting(waitsFor(cell));
  const status = await cell.execute(kernel, asked, tell);
  for (const below of cells.slice(cells.indexOf(cell) + 1)) {
    if (!cell.failure) below.isFree(cell);
    // It ran earlier in this session, with what this cell has now changed.
    if (cell.changedSinceLastRun && below.session !== undefined && below.session === cell.session) below.isStale();
  }
  return status;
}
