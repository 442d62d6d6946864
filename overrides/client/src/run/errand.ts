/** Carries a wish out: one job in the kernel's queue, whose steps are the cells that the plan names. */
import type { Awaited, Kernel, Output, RunResult, Steps, Wanted } from "../kernel/protocol";
import { agree, hasAgreed } from "../page/consent";
import { theKernel, unlessStopped } from "../page/kernel";
import { watch } from "../page/visits";
import { python, STARTING, type Tell, type Wait, words } from "../page/waits";
import { type Hindrance, hindrance } from "./hindrance";
import { covers, FOREIGN, type How, plan, stale } from "./plan";
import type { Trouble } from "./run";
import { cellsOf, type Runnable } from "./runnable";

export type Ended =
  | { how: "ran" }
  | { how: "stopped" | "refused" }
  | { how: "no Python"; message: string }
  | { how: "framed" }
  | { how: "blocked"; by: Runnable; why: string; failed: boolean };

export interface Errand {
  cell: Runnable;
  /** It is not the wish of the cell's own reader. */
  lent: boolean;
  /** Its turn has come: what is to run. Nothing, when that is not wanted any more. */
  turn(): How | undefined;
  /** The cell's code, as its reader saw it when asking for it; nothing: what it shows. */
  code?(): string | undefined;
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

/** What became of what follows a cell; "failed": that cell has, by itself. */
export type Followed = { how: "followed"; status: RunResult["status"] } | { how: "failed" } | Exclude<Ended, { how: "ran" }>;

/** Run a cell, if it has not run as it stands, and then `code` in its session, as a cell called `name` that nobody sees. */
export async function runAfter(
  cell: Runnable,
  name: string,
  code: string,
  output: (batch: Output[]) => void,
  tell: Tell,
): Promise<Followed> {
  const hindering = hindrance(cell, false);
  if (hindering) {
    cell.hadTrouble({ is: hindering });
    return hindered(cell, hindering);
  }
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
  const trouble = troubleOf(ended, cell);
  if (trouble) cell.hadTrouble(trouble);
  if (ended.how !== "ran") return ended;
  return cell.facts.failure ? { how: "failed" } : { how: "followed", status };
}

/** How a wish ends that is not to begin. */
export function hindered(cell: Runnable, by: Hindrance): Extract<Ended, { how: "framed" | "blocked" }> {
  return by === "framed" ? { how: by } : { how: "blocked", by: cell, why: FOREIGN, failed: false };
}

/** What its cell has to say of it afterwards. */
export function troubleOf(ended: Ended, cell: Runnable): Trouble | undefined {
  if (ended.how === "no Python") return { is: "no Python", message: ended.message };
  if (ended.how === "framed") return { is: "framed" };
  if (ended.how === "blocked" && ended.by === cell) return { is: "foreign" };
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
    // Since the plan was made a link may have come.
    if (each.facts.unconfirmed) return hindered(each, "foreign");
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
    const code = errand.code?.();
    if (code === undefined && cell.facts.unconfirmed) return hindered(cell, "foreign");
    const status = yield* cell.execute({ lent: errand.lent, code, mayFetch: (wanted) => errand.mayFetch(wanted, true) });
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
