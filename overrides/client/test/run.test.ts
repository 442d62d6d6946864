import assert from "node:assert/strict";
import { test } from "vitest";
import { after, type Event, failure, RESTING, type Run, shown, type Task } from "../src/run/run";
import { random } from "./random";

const RUN: Event = { type: "pressed", wish: { how: "run", pressed: true, code: "1" } };
const ALL: Event = { type: "pressed", wish: { how: "all", pressed: true, code: "1" } };
const MOVED: Event = { type: "moved", free: true, code: "1" };
const ok = (code = "1"): Event => ({ type: "ended", code, status: "ok", session: 1, seconds: 0.1 });

function follow(events: Event[], from: Run = RESTING): { run: Run; tasks: Task[]; states: string[] } {
  let run = from;
  const [tasks, states]: [Task[], string[]] = [[], []];
  for (const event of events) {
    const [next, more] = after(run, event);
    run = next;
    tasks.push(...more);
    states.push(shown(run));
  }
  return { run, tasks, states };
}

const OWN: Event[] = [RUN, { type: "turn", job: 1 }, { type: "begins", lent: false }, ok(), { type: "over", job: 1 }];

test("a press waits, runs, and is done", () => {
  const { run, tasks, states } = follow(OWN);
  assert.deepEqual(states, ["loading", "loading", "running", "done", "done"]);
  assert.deepEqual(tasks, [{ do: "queue", job: 1 }]);
  assert.deepEqual([run.asked.is, run.phase.is], ["nothing", "resting"]);
});

test("a control moved while its cell runs is one more run, however often", () => {
  const { tasks, run } = follow([...OWN.slice(0, 3), MOVED, MOVED, MOVED, ok(), { type: "over", job: 1 }]);
  assert.deepEqual(tasks, [
    { do: "queue", job: 1 },
    { do: "queue", job: 2 },
  ]);
  assert.equal(shown(run), "loading");
});

test("a press joins what waits or has not come to its cell, and makes it what was pressed", () => {
  const waiting = follow([MOVED, ALL]).run;
  assert.deepEqual(waiting.asked, { is: "queued", job: 1, wish: { how: "all", pressed: true, code: "1" } });
  const preparing = follow([MOVED, { type: "turn", job: 1 }, RUN]);
  assert.deepEqual(preparing.run.phase, { is: "preparing", job: 1, wish: { how: "run", pressed: true, code: "1" } });
  assert.equal(preparing.tasks.length, 1);
  assert.equal(follow([RUN, { type: "turn", job: 1 }, ALL]).tasks.length, 2, "all above are more than it does");
});

test("a moved control asks first, once, and a press meanwhile needs no answer", () => {
  const wanted = { name: "Python", bytes: 9e6 };
  const move: Event = { type: "moved", free: false, code: "1" };
  assert.deepEqual(follow([move, move]).tasks, [{ do: "look" }]);
  assert.deepEqual(follow([move, { type: "looked", wanted: undefined }]).tasks.at(-1), { do: "queue", job: 1 });
  const asked = follow([move, { type: "looked", wanted }, move]);
  assert.deepEqual([asked.run.wanted, shown(asked.run), asked.tasks.length], [wanted, "idle", 1]);
  assert.equal(follow([move, RUN, { type: "looked", wanted }]).run.wanted, undefined);
});

test("stopped, and pressed again before that is over: it runs", () => {
  const { tasks, run } = follow([RUN, { type: "stopped" }, RUN, { type: "over", job: 1 }]);
  assert.deepEqual(tasks, [{ do: "queue", job: 1 }, { do: "stop" }, { do: "queue", job: 2 }]);
  assert.equal(shown(run), "loading");
});

test("reset of what runs stops it first; pressed meanwhile, it runs after", () => {
  const reset = follow([...OWN.slice(0, 3), { type: "reset" }]);
  assert.deepEqual(reset.tasks.at(-1), { do: "stop" });
  assert.equal(shown(reset.run), "running");
  const ends = follow(
    [
      { type: "ended", code: "1", status: "stopped", session: 1, seconds: 1 },
      { type: "over", job: 1 },
    ],
    reset.run,
  );
  assert.deepEqual([ends.tasks, shown(ends.run), ends.run.last], [[{ do: "restore" }], "idle", undefined]);
  const again = follow([RUN, { type: "takenBack" }, { type: "over", job: 1 }], reset.run);
  assert.deepEqual(again.tasks, [{ do: "queue", job: 2 }, { do: "restore" }]);
  assert.equal(shown(again.run), "loading");
});

test("a cell that runs for another is running, and waits on for its own", () => {
  const { states } = follow([RUN, { type: "begins", lent: true }, ok(), { type: "turn", job: 1 }]);
  assert.deepEqual(states, ["loading", "running", "loading", "loading"]);
});

test("what is in the way shows until it is gone", () => {
  const blocked: Event = { type: "over", job: 1, trouble: { is: "blocked", by: "a", why: "raised an error", failed: true } };
  const { run } = follow([RUN, { type: "turn", job: 1 }, blocked]);
  assert.equal(shown(run), "error");
  assert.equal(shown(follow([{ type: "freed", by: "b" }], run).run), "error");
  assert.equal(shown(follow([{ type: "freed", by: "a" }], run).run), "idle");
  assert.equal(follow([RUN], run).run.trouble, undefined);
});

test("what Python has let go of is not done", () => {
  const { run } = follow([...OWN, { type: "gone" }]);
  assert.equal(shown(run), "idle");
  assert.equal(shown(follow([RUN, { type: "over", job: 2 }], run).run), "idle");
});

test("other code in the same session is a change, and a failure counts for the code that failed", () => {
  const again = (code: string): Event[] => [
    RUN,
    { type: "turn", job: 2 },
    { type: "begins", lent: false },
    ok(code),
    { type: "over", job: 2 },
  ];
  assert.deepEqual([follow([...OWN, ...again("2")]).run.last?.changed, follow([...OWN, ...again("1")]).run.last?.changed], [true, false]);
  const failed = follow([...OWN.slice(0, 3), { type: "ended", code: "1", status: "error", session: 1, seconds: 1 }]).run;
  assert.deepEqual(
    [failure(failed, "1", false), failure(failed, "1", true), failure(failed, "2", false)],
    ["raised an error", undefined, undefined],
  );
});

/** A kernel's queue in front of one cell, which also runs for others, and a reader who does anything at any time. */
class World {
  run = RESTING;
  waiting: number[] = [];
  current: { job: number; at: "turn" | "preparing" | "running" | "over"; stopped: boolean } | undefined;
  /** Dropped jobs whose end has not been told yet. */
  dropped: number[] = [];
  /** A press that has neither begun nor been answered otherwise. */
  owes = false;
  restored = 0;

  handle(event: Event): void {
    const [run, tasks] = after(this.run, event);
    this.run = run;
    for (const task of tasks) {
      if (task.do === "queue") this.waiting.push(task.job);
      if (task.do === "stop") this.stop();
      if (task.do === "restore") this.restored++;
    }
  }

  stop(): void {
    this.handle({ type: "halted" });
    this.owes = false;
    this.dropped.push(...this.waiting.splice(0));
    if (this.current) this.current.stopped = true;
  }

  press(event: Event): void {
    this.owes = true;
    this.handle(event);
  }

  /** The reader's Stop, Reset or leaving takes the press back. */
  cancel(event: Event): void {
    this.handle(event);
    this.owes = false;
  }

  /** One step of the kernel. */
  advance({ pick, flag }: ReturnType<typeof random>): void {
    if (this.dropped.length && flag()) return this.handle({ type: "over", job: this.dropped.shift()! });
    const { current } = this;
    if (!current) {
      if (this.waiting.length && flag(0.7)) this.current = { job: this.waiting.shift()!, at: "turn", stopped: false };
      else if (flag(0.2)) this.current = { job: 0, at: "preparing", stopped: false };
      return;
    }
    const lent = current.job === 0;
    if (current.at === "turn") {
      const wanted = this.run.asked.is === "queued" && this.run.asked.job === current.job;
      if (wanted) this.handle({ type: "turn", job: current.job });
      current.at = wanted ? "preparing" : "over";
    } else if (current.at === "preparing") {
      const blocked = !lent && flag(0.2);
      if (current.stopped || blocked) {
        this.current = undefined;
        if (blocked) this.owes = false; // it says why
        if (!lent)
          this.handle({ type: "over", job: current.job, ...(blocked && { trouble: { is: "blocked", by: "a", why: "", failed: true } }) });
        return;
      }
      this.handle({ type: "begins", lent });
      if (!lent) this.owes = false;
      current.at = "running";
    } else if (current.at === "running") {
      const status = pick(["ok", "error", current.stopped ? "stopped" : "ok"] as const);
      if (flag(0.1)) this.handle({ type: "takenBack" });
      else this.handle({ type: "ended", code: pick(["1", "2"]), status, session: flag() ? 1 : undefined, seconds: 1 });
      current.at = "over";
    } else {
      this.current = undefined;
      if (!lent) this.handle({ type: "over", job: current.job });
    }
  }
}

const READER: ((world: World, choose: ReturnType<typeof random>) => void)[] = [
  (world) => world.press(RUN),
  (world) => world.press(ALL),
  (world) => world.handle(MOVED),
  (world) => world.handle({ type: "moved", free: false, code: "1" }),
  (world, { flag }) => world.handle({ type: "looked", wanted: flag() ? { name: "Python", bytes: 9e6 } : undefined }),
  (world) => world.handle({ type: "agreed" }),
  (world) => world.cancel({ type: "stopped" }),
  (world) => world.cancel({ type: "reset" }),
  (world) => world.cancel({ type: "left" }),
  (world) => world.handle({ type: "freed", by: "a" }),
  (world) => world.handle({ type: "gone" }),
  (world) => world.handle({ type: "forgotten" }),
  // Another cell's Stop drops what waits here, too.
  (world) => world.stop(),
];

test("no sequence loses a press, shows a run that is none, or never comes to rest", () => {
  for (let seed = 1; seed <= 3_000; seed++) {
    const choose = random(seed);
    const world = new World();
    const check = (): void => {
      const runs = world.current?.at === "running";
      assert.equal(shown(world.run) === "running", runs, `seed ${seed}`);
      const waits = world.run.asked.is === "queued";
      if (waits && world.run.asked.is === "queued") {
        const { job } = world.run.asked;
        assert.ok([...world.waiting, ...world.dropped, world.current?.job].includes(job), `seed ${seed}: it waits for a job that is none`);
      }
    };
    for (let step = 0; step < 40; step++) {
      if (choose.flag(0.35)) choose.pick(READER)(world, choose);
      else world.advance(choose);
      check();
    }
    for (let step = 0; step < 200 && (world.current || world.waiting.length || world.dropped.length); step++) {
      world.advance({ ...choose, flag: (share = 0.5) => share >= 0.5 });
      check();
    }
    assert.ok(!world.owes, `seed ${seed}: a press is lost`);
    const { asked, phase, resetting } = world.run;
    assert.ok(asked.is !== "queued" && phase.is === "resting" && !resetting, `seed ${seed}: ${JSON.stringify(world.run)}`);
  }
});

const NEVER: Event[] = [
  { type: "turn", job: 3 },
  { type: "begins", lent: true },
  { type: "begins", lent: false },
  { type: "over", job: 2 },
  { type: "takenBack" },
  { type: "stale" },
  { type: "wants", wanted: { name: "m", bytes: 1 } },
];

test("events that should never come make no state that is none", () => {
  const events = [...OWN, ALL, MOVED, ...NEVER, { type: "reset" }, { type: "stopped" }, { type: "left" }] as Event[];
  for (let seed = 1; seed <= 2_000; seed++) {
    const { pick } = random(seed);
    let run = RESTING;
    for (let step = 0; step < 30; step++) {
      const event = pick(events);
      const [next] = after(run, event);
      assert.ok(
        ["nothing", "looking", "queued"].includes(next.asked.is) && ["idle", "loading", "running", "done", "error"].includes(shown(next)),
      );
      assert.ok(shown(run) === "running" || shown(next) !== "running" || event.type === "begins", event.type);
      assert.ok(next.jobs >= run.jobs);
      run = next;
    }
  }
});
