import assert from "node:assert/strict";
import { test, vi } from "vitest";
import { heed, type Stopping } from "../src/kernel/heed";

const in_ = (milliseconds: number) => new Promise<void>((resolve) => milliseconds < Infinity && setTimeout(resolve, milliseconds));
const never = new Promise<never>(() => {});

/** A worker that answers after `answers` ms, a cell that ends `ends` ms after it was asked to, and a rival that is up after `up` ms. */
function stopping({ answers, ends, up }: { answers: number; ends: number; up: number }) {
  const log: string[] = [];
  let end = () => {};
  const told: Stopping<string> = {
    ended: new Promise<void>((resolve) => (end = resolve)),
    plead: () => (log.push("plead"), void in_(ends).then(end), in_(answers)),
    ping: () => in_(answers),
    silence: 10,
    rival: () => (log.push("rival"), { rival: "new", up: in_(up) }),
    dismiss: (rival) => log.push(`dismiss ${rival}`),
  };
  return { told, log };
}

test("a cell that ends at once needs no other worker", async () => {
  const { told, log } = stopping({ answers: 0, ends: 0, up: 5 });
  assert.equal(await heed(told), undefined);
  assert.deepEqual(log, ["plead"]);
});

test("on a slow machine a worker that answers late keeps its session: its rival was slower", async () => {
  const { told, log } = stopping({ answers: 300, ends: 310, up: 2_000 });
  assert.equal(await heed(told), undefined);
  assert.deepEqual(log, ["plead", "rival", "dismiss new"]);
});

test("a worker that is silent when its rival is up is replaced", async () => {
  const { told, log } = stopping({ answers: Infinity, ends: Infinity, up: 100 });
  assert.equal(await heed({ ...told, plead: () => never }), "new");
  assert.deepEqual(log, ["rival"]);
});

test("a cell that computes on ends without an answer, where it can be told", async () => {
  const { told, log } = stopping({ answers: Infinity, ends: 50, up: 2_000 });
  assert.equal(await heed({ ...told, plead: () => (void told.plead(), never) }), undefined);
  assert.deepEqual(log, ["plead", "rival", "dismiss new"]);
});

test("a cell that swallows every stop is asked twice, then its worker is replaced", async () => {
  const { told, log } = stopping({ answers: 0, ends: Infinity, up: 5 });
  assert.equal(await heed({ ...told, plead: async () => void log.push("plead") }), "new");
  assert.deepEqual(log, ["plead", "plead", "rival"]);
});

test("a cell that goes on to compute while it is cleaning up is replaced", async () => {
  const { told } = stopping({ answers: 0, ends: Infinity, up: 5 });
  let asked = 0;
  assert.equal(await heed({ ...told, plead: async () => {}, ping: () => (++asked > 3 ? never : Promise.resolve()) }), "new");
});

test("a rival that never comes up does not keep the reader", async () => {
  const { told } = stopping({ answers: Infinity, ends: Infinity, up: 0 });
  const failed = () => ({ rival: "new", up: Promise.reject(new Error("offline")) });
  assert.equal(await heed({ ...told, plead: () => never, rival: failed }), "new");
});

test("neither does one whose script never arrives", async () => {
  vi.useFakeTimers();
  try {
    const { told } = stopping({ answers: Infinity, ends: Infinity, up: Infinity });
    const end = heed({ ...told, plead: () => never });
    await vi.advanceTimersByTimeAsync(60_000);
    assert.equal(await Promise.race([end, "it waits"]), "new");
  } finally {
    vi.useRealTimers();
  }
});
