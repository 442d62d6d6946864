/** Carries a wish out: one job in the kernel's queue, whose steps are the cells that the plan names. */
import type { Awaited, Kernel, Output, RunResult, Steps, Wanted } from "../kernel/protocol";
import { agree, hasAgreed } from "../page/consent";
import { theKernel, unlessStopped } from "../page/kernel";
import { watch } from "../page/visits";
import { python, STARTING, type Tell, type Wait, words } from "../page/waits";
import { covers, type How, plan, stale } from "./plan";
import type { Trouble } from "./run";
import { cellsOf, type Runnable } from "./runnable";

export type Ended =
  | { how: "ran" | "stopped" | "refused" }
  | { how: "no Python"; message: string }
  | { how: "blocked"; by: Runnable; why: string; failed: boolean };

export interface Errand {
  cell: Runnable;
  /** It is not the wish of the cell's own reader. */
  lent: boolean;
  /** Its turn has come: what is to run. Nothing, when that is not wanted any more. */
  turn(): How | undefined;
  /** `own`: the cell itself wants it, else one above. */
  mayFetch(wanted: Wanted, own: boolean): boolean;
  tell: Tell;
  /** What runs after the cell. */
  then?(): Steps<void>;
}

const NOT_LOADED = "Python could not be loaded. Check the connection and try again.";

export async function fulfil(errand: Errand): Promise<Ended> {
  const { cell, tell } = errand;
  tell(STARTING);
  let kernel: Kernel | undefined;
  try {
    kernel = await unlessStopped(theKernel());
  } catch {
    return { how: "no Python", message: NOT_LOADED };
  }
  if (!kernel || !cell.isConnected) return { how: "stopped" };
  watch(kernel);
  try {
    const ended = await kernel.queue<Ended>({ page: cell.key, steps: () => steps(errand), waits: (awaited) => tell(inWords(awaited)) });
    return ended === "stopped" ? { how: "stopped" } : ended;
  } catch (error) {
    if (error instanceof Error && error.name === "KernelError") return { how: "no Python", message: error.message };
    throw error;
  }
}

/** Run a cell, if it has not run as it stands, and then `code` in its session, as a cell called `name` that nobody sees. */
export async function runAfter(
  cell: Runnable,
  name: string,
  code: string,
  output: (batch: Output[]) => void,
  tell: Tell,
): Promise<RunResult["status"] | "blocked"> {
  let status: RunResult["status"] = "stopped";
  const then = async function* (): Steps<void> {
    if (cell.facts.failure) return;
    tell({ step: "Running the tests" });
    ({ status } = yield { page: cell.key, cell: name, code, on: { output }, name: "the tests" });
  };
  const mayFetch = (wanted: Wanted, own: boolean): boolean => {
    if (covers({ how: "have", pressed: true }, own)) agree(wanted);
    if (!hasAgreed(wanted)) cell.wants(wanted);
    return hasAgreed(wanted);
  };
  const ended = await fulfil({ cell, lent: true, turn: () => "have", mayFetch, tell, then });
  const trouble = troubleOf(ended);
  if (trouble) cell.hadTrouble(trouble);
  if (ended.how === "stopped") return "stopped";
  return ended.how !== "ran" || cell.facts.failure ? "blocked" : status;
}

/** What its cell has to say of it afterwards. */
export function troubleOf(ended: Ended): Trouble | undefined {
  if (ended.how === "no Python") return { is: "no Python", message: ended.message };
  return ended.how === "blocked" ? { is: "blocked", by: ended.by.id, why: ended.why, failed: ended.failed } : undefined;
}

function inWords(awaited: Awaited): Wait {
  if (awaited.for === "step") return { step: `Waiting for ${awaited.name}` };
  return awaited.progress ? python(awaited.progress) : STARTING;
}

async function* steps(errand: Errand): Steps<Ended> {
  const { cell, tell } = errand;
  const how = errand.turn();
  if (!how || !cell.isConnected) return { how: "stopped" };
  const cells = cellsOf(cell.key);
  const { above, itself, of, blocked, repeats } = plan(
    cells.map(({ facts }) => facts),
    cell.id,
    how,
  );
  for (const [index, id] of above.entries()) {
    const each = cells.find((one) => one.id === id)!;
    const step = `Cell ${index + 1} of ${of}, ${id}`;
    tell({ step, share: index / of });
    const toldHere: Tell = (wait) => tell({ step, detail: words(wait), share: wait.share ?? 0 });
    const status = yield* each.execute({ lent: true, mayFetch: (wanted) => errand.mayFetch(wanted, false), tell: toldHere });
    if (status === "refused") return { how: status };
    follow(cells, each);
    if (status === "stopped") return { how: status };
    const { failure } = each.facts;
    if (failure) return { how: "blocked", by: each, why: failure, failed: true };
  }
  if (blocked) {
    const by = cells.find(({ id }) => id === blocked.by)!;
    return { how: "blocked", by, why: blocked.why, failed: by.facts.failure !== undefined };
  }
  if (itself) {
    const status = yield* cell.execute({ lent: errand.lent, mayFetch: (wanted) => errand.mayFetch(wanted, true) });
    if (status === "refused") return { how: status };
    follow(cells, cell);
    if (status === "stopped") return { how: status };
  }
  if (repeats) cell.say("The session had restarted: the cells above ran again first.");
  if (errand.then) yield* errand.then();
  return { how: "ran" };
}

/** See what a run means for the cells below. */
function follow(cells: Runnable[], ran: Runnable): void {
  const below = cells.slice(cells.indexOf(ran) + 1);
  if (!ran.facts.failure) for (const cell of below) cell.isFree(ran.id);
  const made = stale(
    cells.map(({ facts }) => facts),
    ran.id,
  );
  for (const cell of below) if (made.includes(cell.id)) cell.isStale();
}
