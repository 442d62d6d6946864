import assert from "node:assert/strict";
import { beforeEach, test, vi } from "vitest";
import { KernelClient } from "../src/kernel/client";
import type { Steps, Wanted } from "../src/kernel/protocol";
import type { Wait } from "../src/page/waits";
import { Conductor } from "../src/run/conductor";
import { runAfter } from "../src/run/errand";
import type { Facts, How } from "../src/run/plan";
import { failure, shown, type Trouble } from "../src/run/run";
import type { Behalf, Runnable } from "../src/run/runnable";
import { FakeWorker } from "./fake-worker";

const world = vi.hoisted(() => ({
  kernel: undefined as unknown,
  cells: [] as unknown[],
  halts: new EventTarget(),
  agreed: new Set<string>(),
  comes: undefined as Promise<unknown> | undefined,
}));

vi.mock("../src/page/kernel", () => ({
  theKernel: async () => (await world.comes, world.kernel),
  kernelNow: () => world.kernel,
  halts: world.halts,
  unlessStopped: <T>(work: Promise<T>) =>
    Promise.race([work, new Promise((resolve) => world.halts.addEventListener("halt", () => resolve(undefined), { once: true }))]),
  stop: async () => {
    world.halts.dispatchEvent(new Event("halt"));
    await (world.kernel as KernelClient).stop();
  },
}));
vi.mock("../src/page/consent", () => ({
  agree: ({ name }: Wanted) => world.agreed.add(name),
  agreeToPython: () => world.agreed.add("Python"),
  hasAgreed: ({ name }: Wanted) => world.agreed.has(name),
  pythonIsHere: () => (world.kernel as KernelClient).state !== "off",
  pythonFirst: async () => (world.agreed.has("Python") ? undefined : { name: "Python", bytes: 9e6 }),
}));
vi.mock("../src/page/frame", () => ({ framed: () => false }));
vi.mock("../src/page/visits", () => ({ watch: () => {} }));
vi.stubGlobal("document", { querySelectorAll: () => world.cells });

/** A cell without a page. */
class Cell implements Runnable {
  readonly key = "page";
  readonly isConnected = true;
  readonly said: string[] = [];
  readonly conductor = new Conductor(this, { changed: () => {}, restore: () => {}, tell: (wait) => this.said.push(wait.step) });

  constructor(
    readonly id: string,
    public code: string,
  ) {
    world.halts.addEventListener("halt", () => this.conductor.handle({ type: "halted" }));
  }

  get state(): string {
    return shown(this.conductor.run);
  }

  get facts(): Facts {
    const { run } = this.conductor;
    const names = run.last?.session === undefined ? "none" : run.last.gone ? "gone" : "here";
    const asShown = run.last?.code === this.code;
    return {
      id: this.id,
      names,
      asShown,
      failure: failure(run, this.code, false),
      unconfirmed: false,
      changed: run.last?.changed ?? false,
    };
  }

  async *execute({ lent, mayFetch, code = this.code }: Behalf): Steps<"ok" | "error" | "stopped" | "died" | "refused"> {
    const { id, key: page } = this;
    this.conductor.handle({ type: "begins", lent });
    let refused = false;
    const fetch = (wanted: Wanted): boolean => {
      refused = !mayFetch(wanted);
      return !refused;
    };
    const { status, restarted } = yield { page, cell: id, code, on: { output: () => ran.push(id), fetch } };
    if (refused) {
      this.conductor.handle({ type: "takenBack" });
      return "refused";
    }
    const session = restarted ? undefined : (world.kernel as KernelClient).session(page);
    this.conductor.handle({ type: "ended", code, status, session, seconds: 0 });
    return status;
  }

  press = (how: Exclude<How, "have"> = "run") => this.conductor.press(how, true);
  isFree = (by: string) => this.conductor.handle({ type: "freed", by });
  isStale = () => this.conductor.handle({ type: "stale" });
  forgetRun = () => this.conductor.handle({ type: "forgotten" });
  hadTrouble = (trouble: Trouble) => this.conductor.handle({ type: "over", job: 0, trouble });
  wants = (wanted: Wanted) => this.conductor.handle({ type: "wants", wanted });
  say = (text: string) => void this.said.push(text);
  show = () => {};
}

let ran: string[];

function page(...codes: string[]): Cell[] {
  const cells = codes.map((code, at) => new Cell("abcd"[at]!, code));
  world.cells = cells;
  return cells;
}

const comesTo = (cell: Cell, state: string) => vi.waitFor(() => assert.equal(cell.state, state));

beforeEach(() => {
  FakeWorker.made = [];
  FakeWorker.boots = "well";
  Object.assign(world, { kernel: new KernelClient({ runtime: "", data: "", worker: "" }, () => new FakeWorker()), comes: undefined });
  world.halts = new EventTarget();
  world.agreed.clear();
  ran = [];
});

test("a press runs what is above first, and only what has not run as it stands", async () => {
  const [a, b, c] = page("1", "2", "3") as [Cell, Cell, Cell];
  assert.deepEqual(await c.press(), { how: "ran" });
  assert.deepEqual(ran, ["a", "b", "c"]);
  assert.deepEqual([a.state, b.state, c.state], ["done", "done", "done"]);
  b.code = "4";
  await c.press();
  assert.deepEqual(ran.slice(3), ["b", "c"]);
  await c.press("all");
  assert.deepEqual(ran.slice(5), ["a", "b", "c"]);
  assert.ok(c.said.includes("Cell 2 of 3, b"));
});

test("a second job plans when its turn has come: nothing above runs twice", async () => {
  const [, b, c] = page("1", "2", "3") as [Cell, Cell, Cell];
  await Promise.all([b.press(), c.press()]);
  assert.deepEqual(ran, ["a", "b", "c"]);
});

test("a cell changed above makes those stale that ran below it", async () => {
  const [a, b] = page("1", "2") as [Cell, Cell];
  await b.press();
  a.code = "5";
  await a.press();
  assert.ok(b.conductor.run.stale);
  await b.press();
  assert.ok(!b.conductor.run.stale);
});

test("what fails above is in the way until it has succeeded; both run when it is forgotten", async () => {
  const [a, b] = page("fail", "2") as [Cell, Cell];
  const ended = await b.press();
  assert.ok(ended.how === "blocked" && ended.by === a && ended.failed);
  assert.deepEqual([b.state, b.conductor.run.trouble], ["error", { is: "blocked", by: "a", why: "raised an error", failed: true }]);
  assert.equal((await b.press()).how, "blocked");
  a.code = "1";
  await a.press();
  assert.equal(b.state, "idle");
  a.code = "fail";
  await b.press();
  a.forgetRun();
  a.code = "1";
  assert.equal((await b.press()).how, "ran");
});

test("a press of one agrees to what it fetches, and asks about what another would", async () => {
  const [a, b] = page("fetch", "2") as [Cell, Cell];
  assert.equal((await b.press()).how, "refused");
  assert.deepEqual(b.conductor.run.wanted, { name: "model", bytes: 2_000_000 });
  assert.deepEqual([a.state, b.state, a.conductor.run.wanted], ["idle", "idle", undefined]);
  assert.equal((await b.press()).how, "ran", "it has been said");
  world.agreed.clear();
  assert.equal((await b.press("all")).how, "ran", "all is said");
});

test("a moved control waits for a yes to Python, and its latest value runs", async () => {
  const [a] = page("1") as [Cell];
  a.conductor.move();
  await vi.waitFor(() => assert.equal(a.conductor.run.wanted?.name, "Python"));
  assert.equal(FakeWorker.made.length, 0);
  await a.press();
  for (const code of ["2", "3", "4"]) {
    a.code = code;
    a.conductor.move();
  }
  await comesTo(a, "done");
  assert.equal(a.conductor.run.last?.code, "4");
});

test("stop reaches a press that waits for the kernel's own code, and one after it runs", async () => {
  const [a, b] = page("1", "2") as [Cell, Cell];
  let come!: (value?: unknown) => void;
  world.comes = new Promise((resolve) => (come = resolve));
  const first = a.press();
  assert.equal(a.state, "loading");
  a.conductor.handle({ type: "stopped" });
  assert.deepEqual(await first, { how: "stopped" });
  const second = b.press();
  come();
  assert.equal((await second).how, "ran");
});

test("a press after Stop, and before what was stopped has ended, runs", async () => {
  const [a, b] = page("await", "2") as [Cell, Cell];
  const first = b.press();
  await comesTo(a, "running");
  b.conductor.handle({ type: "stopped" });
  a.code = "1";
  const second = b.press();
  assert.deepEqual([(await first).how, (await second).how], ["stopped", "ran"]);
  assert.equal(b.state, "done");
});

test("without Python a cell says so, and does not seem to wait", async () => {
  FakeWorker.boots = "not";
  const [a] = page("1") as [Cell];
  assert.deepEqual(await a.press(), { how: "no Python", message: "no file" });
  assert.equal(a.state, "error");
});

test("a question's tests follow their cell, and nothing comes between", async () => {
  const [a, b] = page("1", "2") as [Cell, Cell];
  const told: Wait[] = [];
  const tests = runAfter(
    a,
    "quiz",
    "tests",
    () => ran.push("tests"),
    (wait) => told.push(wait),
  );
  const other = b.press();
  assert.deepEqual(await tests, { how: "followed", status: "ok" });
  await other;
  assert.deepEqual(ran, ["a", "tests", "b"]);
  assert.deepEqual(told.at(-1), { step: "Running the tests" });
  ran = [];
  await runAfter(
    a,
    "quiz",
    "tests",
    () => ran.push("tests"),
    () => {},
  );
  assert.deepEqual(ran, ["tests"], "it has run as it stands");
  a.code = "fail";
  assert.deepEqual(
    await runAfter(
      a,
      "quiz",
      "tests",
      () => ran.push("never"),
      () => {},
    ),
    { how: "failed" },
  );
});

test("why a question's tests did not run is told apart: the cell, one above it, no Python", async () => {
  const follow = (cell: Cell) =>
    runAfter(
      cell,
      "quiz",
      "tests",
      () => ran.push("never"),
      () => {},
    );
  const [own] = page("fail") as [Cell];
  assert.deepEqual(await follow(own), { how: "failed" });
  const [a, b] = page("fail", "2") as [Cell, Cell];
  assert.deepEqual(await follow(b), { how: "blocked", by: a, why: "raised an error", failed: true });
  FakeWorker.boots = "not";
  world.kernel = new KernelClient({ runtime: "", data: "", worker: "" }, () => new FakeWorker());
  assert.deepEqual(await follow(page("1")[0]!), { how: "no Python", message: "no file" });
  assert.ok(!ran.includes("never"));
});
