import assert from "node:assert/strict";
import { beforeEach, test, vi } from "vitest";
import { KernelClient } from "../src/kernel/client";
import type { Awaited, KernelError, Output, RunHandlers, RunResult, Steps } from "../src/kernel/protocol";
import { FakeWorker } from "./fake-worker";

const CONFIG = { runtime: "/runtime/", data: "/data/", worker: "/worker.js" };
const OK: RunResult = { status: "ok", used: [], restarted: false };
const STOPPED: RunResult = { status: "stopped", used: [], restarted: false };

beforeEach(() => {
  FakeWorker.made = [];
  FakeWorker.boots = "well";
});

function begun() {
  const kernel = new KernelClient(CONFIG, () => new FakeWorker());
  const log: string[] = [];
  const on = (name = ""): RunHandlers => ({
    output: (batch: Output[]) => log.push(...batch.map((output) => `${name}${"text" in output ? output.text : output.output_type}`)),
  });
  const run = (code: string, page = "page", more: Partial<RunHandlers> = {}) =>
    kernel.run({ page, cell: "cell", code }, { ...on(), ...more });
  return { kernel, log, on, run };
}

const worker = (at = -1): FakeWorker => FakeWorker.made.at(at)!;
const running = (code: string) =>
  vi.waitFor(() => assert.ok(FakeWorker.made.some(({ told }) => told.some((one) => one.type === "run" && one.code === code))));

test("a run starts Python, gives its outputs, and ends", async () => {
  const { kernel, log, run } = begun();
  const states: string[] = [];
  kernel.addEventListener("state", (event) => states.push((event as CustomEvent<string>).detail));
  assert.deepEqual(await run("hello"), OK);
  assert.deepEqual(log, ["hello"]);
  assert.deepEqual(states, ["loading", "ready", "busy", "ready"]);
  assert.deepEqual(
    worker().told.map(({ type }) => type),
    ["boot", "ping", "run"],
  );
});

test("nothing comes between the steps of a job, and who waits is told for what", async () => {
  const { kernel, log, on, run } = begun();
  const told: Awaited[] = [];
  async function* steps(): Steps<string> {
    for (const code of ["one", "two", "three"]) {
      const result = yield { page: "page", cell: `cell ${code}`, code, on: on() };
      assert.equal(result.status, "ok");
    }
    return "done";
  }
  const first = kernel.queue<string>({ page: "page", steps });
  const second = kernel.queue({
    page: "page",
    waits: (what) => told.push(what),
    // biome-ignore lint/correctness/useYield: what counts is when it is asked
    async *steps(): Steps<void> {
      log.push("its turn");
    },
  });
  const third = run("last");
  assert.equal(await first, "done");
  await Promise.all([second, third]);
  assert.deepEqual(log, ["one", "two", "three", "its turn", "last"]);
  assert.deepEqual(told[0], { for: "Python" });
  assert.deepEqual(
    told.filter((what) => what.for === "step"),
    ["one", "two", "three"].map((name) => ({ for: "step", name: `cell ${name}` })),
  );
});

test("stop ends what runs and forgets what waits; a stopped job gets no more steps", async () => {
  const { kernel, log, on, run } = begun();
  const seen: string[] = [];
  const job = kernel.queue({
    page: "page",
    async *steps(): Steps<string> {
      seen.push((yield { page: "page", cell: "a", code: "await", on: on() }).status);
      yield { page: "page", cell: "b", code: "never", on: on() };
      return "all";
    },
  });
  const waits = run("never either");
  await running("await");
  assert.deepEqual(await kernel.stop(), { restarted: false });
  assert.deepEqual([await job, seen], ["stopped", ["stopped"]]);
  assert.deepEqual(await waits, STOPPED);
  assert.deepEqual(log, []);
  assert.deepEqual(await run("after"), OK);
});

test("stop while Python starts does not wait for it, and the start goes on", async () => {
  FakeWorker.boots = "held";
  const { kernel, run } = begun();
  const first = run("one");
  await vi.waitFor(() => assert.equal(kernel.state, "loading"));
  assert.deepEqual(await kernel.stop(), { restarted: false });
  assert.deepEqual(await first, STOPPED);
  const second = run("two");
  worker().booted();
  assert.deepEqual(await second, OK);
  assert.equal(FakeWorker.made.length, 1);
});

test("a worker that computes on is replaced: its names are gone, the next run has a new one", async () => {
  const { kernel, log, run } = begun();
  const gone: string[] = [];
  kernel.addEventListener("session", (event) => gone.push((event as CustomEvent<string>).detail));
  const first = run("compute");
  await running("compute");
  assert.deepEqual(await kernel.stop(), { restarted: true });
  assert.deepEqual(await first, { status: "stopped", restarted: true, used: [] });
  assert.deepEqual([gone, log], [["page"], ["error"]]);
  assert.ok(worker(0).terminated && !kernel.holds("page"));
  assert.deepEqual(await run("next"), OK);
  assert.equal(FakeWorker.made.length, 2);
});

test("a second press of Stop asks for no second worker", async () => {
  const { kernel, run } = begun();
  void run("compute");
  await running("compute");
  const both = await Promise.all([kernel.stop(), kernel.stop()]);
  assert.deepEqual(both, [{ restarted: true }, { restarted: true }]);
  assert.equal(FakeWorker.made.length, 2);
});

test("going to another page ends what runs there, and loses no press made here meanwhile", async () => {
  const { run } = begun();
  const left = run("compute", "one");
  await running("compute");
  const here = [run("first", "two"), run("second", "two")];
  assert.equal((await left).status, "stopped");
  assert.deepEqual(await Promise.all(here), [OK, OK]);
});

test("a job that Python did not survive gets no more steps", async () => {
  const { kernel, on, run } = begun();
  const job = kernel.queue({
    page: "page",
    async *steps(): Steps<void> {
      assert.deepEqual(yield { page: "page", cell: "a", code: "die", on: on() }, { status: "died", restarted: true, used: [] });
      yield { page: "page", cell: "b", code: "never", on: on() };
    },
  });
  assert.equal(await job, "stopped");
  assert.equal(kernel.state, "dead");
  assert.deepEqual(await run("again"), OK);
});

test("when Python does not come, all who wait hear it, and a new start is tried", async () => {
  FakeWorker.boots = "not";
  const { run } = begun();
  const failures = await Promise.all([run("one"), run("two")].map((one) => one.catch((error: KernelError) => error.file)));
  assert.deepEqual(failures, ["boot.json", "boot.json"]);
  FakeWorker.boots = "well";
  assert.deepEqual(await run("three"), OK);
});

test("a question and a download are answered by data; without anyone to ask, not at all", async () => {
  const { log, run } = begun();
  await run("ask", "page", { input: async (prompt) => `to ${prompt}` });
  assert.deepEqual(log, ["to ?"]);
  assert.equal((await run("fetch", "page", { fetch: ({ bytes }) => bytes < 1 })).status, "stopped");
  assert.equal((await run("fetch", "page", { fetch: ({ name }) => name === "model" })).status, "ok");
  await run("plain");
  const runs = worker().told.flatMap((one) => (one.type === "run" ? [[one.asks, one.guarded]] : []));
  assert.deepEqual(runs, [
    [true, false],
    [false, true],
    [false, true],
    [false, false],
  ]);
});

test("late outputs go to the cell that started them", async () => {
  const { kernel, log, on } = begun();
  await kernel.run({ page: "page", cell: "a", code: "one" }, on("a "));
  await kernel.run({ page: "page", cell: "b", code: "two" }, on("b "));
  const [first] = worker().told.flatMap((one) => (one.type === "run" ? [one.run] : []));
  worker().say({ type: "output", run: first, batch: [{ output_type: "stream", name: "stdout", text: "late" }] });
  worker().say({ type: "output", run: 99, batch: [{ output_type: "stream", name: "stdout", text: "nobody's" }] });
  assert.deepEqual(log, ["a one", "b two", "a late"]);
});

test("a worker that breaks the protocol is given up; what is no message of its is passed over", async () => {
  const { kernel, run } = begun();
  vi.spyOn(console, "error").mockImplementationOnce(() => {});
  const first = run("await");
  await running("await");
  for (const noise of ["hi", 7, null, { event: "a cell's own" }]) worker().say(noise);
  worker().say({ type: "ended", run: 99, status: "ok", used: [], gone: [] });
  assert.equal(kernel.state, "busy");
  worker().say({ type: "ended", run: 1, status: "perhaps", used: [], gone: [] });
  assert.deepEqual(await first, { status: "died", restarted: true, used: [] });
});

test("a step that throws fails its job, and the queue goes on", async () => {
  const { kernel, run } = begun();
  const job = kernel.queue({
    page: "page",
    // biome-ignore lint/correctness/useYield: it fails before it has anything to run
    async *steps(): Steps<void> {
      throw new Error("in the page");
    },
  });
  await assert.rejects(job, /in the page/);
  assert.deepEqual(await run("next"), OK);
});
