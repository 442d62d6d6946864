/**
 * A cell between a reader's wish and its result, as plain data: `after` says what an event makes of it, and what is to be done.
 *
 * A wish becomes a job in the kernel's queue. Its turn comes, cells above run, then the cell itself; a cell also runs for the sake of others.
 */
import type { RunResult, Wanted } from "../kernel/protocol";
import { joined, type Wish } from "./plan";

/** What its reader has asked for and has not begun. */
export type Asked =
  | { is: "nothing" }
  /** A control was moved: what a run would have to fetch is being found out. */
  | { is: "looking"; code: string }
  | { is: "queued"; job: number; wish: Wish };

/** What happens to it. */
export type Phase =
  | { is: "resting" }
  /** Its job has its turn: those above run. */
  | { is: "preparing"; job: number; wish: Wish }
  | { is: "running"; job: number; wish: Wish }
  /** It has run, or was stopped before: its job is about to end. */
  | { is: "ending"; job: number; wish: Wish }
  /** It runs for the sake of another cell. */
  | { is: "lent" };

/** What became of the last run. */
export interface Last {
  code: string;
  status: RunResult["status"];
  /** The session that it left its names in; none, when they went with it. */
  session: number | undefined;
  seconds: number;
  /** It was of other code than the run before it in the same session. */
  changed: boolean;
  /** Python has let go of its names since. */
  gone: boolean;
}

/** Why the last wish came to nothing. */
export type Trouble =
  | { is: "blocked"; by: string; why: string; failed: boolean }
  | { is: "no Python"; message: string }
  /** It could only be stopped with the whole of Python. */
  | { is: "restarted" }
  /** Its code came with a link, and the wish was not its own Run. */
  | { is: "foreign" }
  /** Another site shows this page within its own. */
  | { is: "framed" };

export interface Run {
  asked: Asked;
  phase: Phase;
  /** Once nothing happens to it any more, it becomes as published. */
  resetting: boolean;
  last?: Last | undefined;
  trouble?: Trouble | undefined;
  /** A cell above has changed since. */
  stale: boolean;
  /** What a run has to fetch, and the reader has not agreed to; how that run was asked for. */
  wanted?: Wanted | undefined;
  how: Wish["how"];
  jobs: number;
}

export type Event =
  | { type: "pressed"; wish: Wish }
  /** `free`: nothing has to be asked before Python starts. */
  | { type: "moved"; free: boolean; code: string }
  | { type: "looked"; wanted: Wanted | undefined }
  | { type: "agreed" }
  | { type: "turn"; job: number }
  | { type: "begins"; lent: boolean }
  | { type: "wants"; wanted: Wanted }
  | { type: "ended"; code: string; status: RunResult["status"]; session: number | undefined; seconds: number }
  /** The run did not take place: its download was not agreed to. */
  | { type: "takenBack" }
  /** Its job is over; job 0 is a question's, that wanted it run. */
  | { type: "over"; job: number; trouble?: Trouble | undefined }
  /** It may run for anybody now, or the reader has agreed to run it where it is. */
  | { type: "trusted" }
  /** A cell above has succeeded. */
  | { type: "freed"; by: string }
  /** Somebody's Stop: what runs and what waits ends, here as elsewhere. */
  | { type: "halted" }
  | { type: "stopped" | "reset" | "left" | "forgotten" | "stale" | "gone" };

/** What is to be done: put a job in the queue, end all that runs or waits, find out what a run would fetch, show what was published. */
export type Task = { do: "queue"; job: number } | { do: "stop" | "look" | "restore" };

export const RESTING: Run = { asked: { is: "nothing" }, phase: { is: "resting" }, resetting: false, stale: false, how: "run", jobs: 0 };

const NOTHING: Asked = { is: "nothing" };
const REST: Phase = { is: "resting" };

export function after(run: Run, event: Event): [Run, Task[]] {
  const { asked, phase } = run;
  switch (event.type) {
    case "pressed":
      return wish(run, event.wish);
    case "moved":
      if (run.wanted) return [run, []];
      if (asked.is === "looking") return [{ ...run, asked: { ...asked, code: event.code } }, []];
      if (event.free || asked.is === "queued") return wish(run, moved(event.code));
      return [{ ...run, asked: { is: "looking", code: event.code } }, [{ do: "look" }]];
    case "looked":
      if (asked.is !== "looking") return [run, []];
      if (event.wanted) return [{ ...run, asked: NOTHING, wanted: event.wanted, how: "run" }, []];
      return wish({ ...run, asked: NOTHING }, moved(asked.code));
    case "agreed":
      return [{ ...run, wanted: undefined }, []];
    case "turn":
      if (asked.is !== "queued" || asked.job !== event.job) return [run, []];
      return [{ ...run, asked: NOTHING, phase: { is: "preparing", job: asked.job, wish: asked.wish }, how: asked.wish.how }, []];
    case "begins":
      return [begun(run, event.lent), []];
    case "wants":
      return [{ ...run, wanted: event.wanted }, []];
    case "ended":
      return settled(phase.is === "running" || phase.is === "lent" ? ended(run, event) : run);
    case "takenBack":
      return settled({ ...run, phase: finished(phase) });
    case "over":
      return settled(over(run, event.job, event.trouble));
    case "halted":
      return [halted(run), []];
    case "stopped":
      return [halted(run), [{ do: "stop" }]];
    case "left":
      return [halted(run), asked.is === "queued" || "job" in phase ? [{ do: "stop" }] : []];
    case "reset": {
      const [reset, tasks] = settled({ ...halted(run), resetting: true });
      return [reset, asked.is === "queued" || phase.is !== "resting" ? [{ do: "stop" }, ...tasks] : tasks];
    }
    case "trusted":
      return [run.trouble?.is === "foreign" || run.trouble?.is === "framed" ? { ...run, trouble: undefined } : run, []];
    case "freed":
      return [run.trouble?.is === "blocked" && run.trouble.by === event.by ? { ...run, trouble: undefined } : run, []];
    case "forgotten":
      return [{ ...run, last: undefined }, []];
    case "stale":
      return [{ ...run, stale: true }, []];
    case "gone":
      return [run.last ? { ...run, last: { ...run.last, gone: true } } : run, []];
  }
}

const moved = (code: string): Wish => ({ how: "run", pressed: false, code });

/** A wish joins a job that has not come to this cell yet; where there is none, it is one. */
function wish(run: Run, wish: Wish): [Run, Task[]] {
  const { asked, phase } = run;
  if (asked.is === "queued") return [{ ...run, asked: { ...asked, wish: joined(asked.wish, wish) } }, []];
  const own = "wish" in phase && wish.pressed ? { ...phase, wish: { ...phase.wish, pressed: true } } : phase;
  const comes = phase.is === "preparing" && (wish.how !== "all" || phase.wish.how === "all");
  if (comes) return [{ ...run, phase: { ...phase, wish: joined(phase.wish, wish) }, asked: NOTHING }, []];
  const job = run.jobs + 1;
  const next: Asked = { is: "queued", job, wish };
  return [{ ...run, jobs: job, phase: own, asked: next, trouble: undefined, wanted: undefined }, [{ do: "queue", job }]];
}

function begun(run: Run, lent: boolean): Run {
  const { phase } = run;
  const next: Phase =
    phase.is === "preparing" && !lent ? { ...phase, is: "running" } : phase.is === "resting" && lent ? { is: "lent" } : phase;
  return next === phase ? run : { ...run, phase: next, trouble: undefined, stale: false };
}

/** A press from now on is another job's. */
function halted(run: Run): Run {
  return { ...run, asked: NOTHING, phase: run.phase.is === "preparing" ? { ...run.phase, is: "ending" } : run.phase };
}

function finished(phase: Phase): Phase {
  return phase.is === "running" ? { ...phase, is: "ending" } : phase.is === "lent" ? REST : phase;
}

function ended(run: Run, { code, status, session, seconds }: Extract<Event, { type: "ended" }>): Run {
  const { last, phase } = run;
  const changed = last !== undefined && last.session === session && last.code !== code;
  const trouble: Trouble | undefined = status === "stopped" && session === undefined ? { is: "restarted" } : undefined;
  return { ...run, phase: finished(phase), last: { code, status, session, seconds, changed, gone: false }, trouble };
}

function over(run: Run, job: number, trouble: Trouble | undefined): Run {
  const asked = run.asked.is === "queued" && run.asked.job === job ? NOTHING : run.asked;
  const phase = "job" in run.phase && run.phase.job === job ? REST : run.phase;
  const rests = asked.is !== "queued" && phase.is === "resting";
  return { ...run, asked, phase, trouble: trouble && rests ? trouble : run.trouble };
}

/** As published, when nothing happens to it any more. */
function settled(run: Run): [Run, Task[]] {
  if (!run.resetting || run.phase.is !== "resting") return [run, []];
  const { asked, jobs } = run;
  return [{ ...RESTING, asked, jobs }, [{ do: "restore" }]];
}

/** What a cell shows that it is doing. */
export type Shown = "idle" | "loading" | "running" | "done" | "error";

export function shown({ asked, phase, trouble, last }: Run): Shown {
  if (phase.is === "running" || phase.is === "lent") return "running";
  if (asked.is === "queued" || phase.is === "preparing") return "loading";
  if (trouble?.is === "blocked" || trouble?.is === "no Python") return "error";
  if (!last || (last.status === "ok" && last.gone)) return "idle";
  return last.status === "ok" ? "done" : "error";
}

const FAILURES = { error: "raised an error", stopped: "was stopped before its end", died: "made Python stop working" };

/** Why those below cannot build on a cell with this code, if it ran and they cannot: "raised an error". */
export function failure({ last }: Run, code: string, expectsError: boolean): string | undefined {
  if (!last || last.status === "ok" || last.code !== code || (last.status === "error" && expectsError)) return undefined;
  return FAILURES[last.status];
}
