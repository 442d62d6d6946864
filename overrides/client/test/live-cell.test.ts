// @vitest-environment happy-dom
import assert from "node:assert/strict";
import { beforeEach, test, vi } from "vitest";
import { LiveCell } from "../src/cell/live-cell";
import { KernelClient } from "../src/kernel/client";
import type { Wanted } from "../src/kernel/protocol";
import { FakeWorker } from "./fake-worker";

const world = vi.hoisted(() => ({
  kernel: undefined as unknown,
  halts: new EventTarget(),
  consent: new EventTarget(),
  agreed: new Set<string>(),
}));

vi.mock("../src/page/kernel", () => ({
  theKernel: async () => world.kernel,
  kernelNow: () => world.kernel,
  halts: world.halts,
  unlessStopped: <T>(work: Promise<T>) => work,
  stop: async () => {
    world.halts.dispatchEvent(new Event("halt"));
    await (world.kernel as KernelClient).stop();
  },
}));
vi.mock("../src/page/consent", () => {
  const agree = ({ name }: { name: string }): void => {
    world.agreed.add(name);
    world.consent.dispatchEvent(new Event("change"));
  };
  return {
    consent: world.consent,
    agree,
    agreeToPython: () => agree({ name: "Python" }),
    hasAgreed: ({ name }: Wanted) => world.agreed.has(name),
    pythonIsHere: () => (world.kernel as KernelClient).state !== "off",
    pythonFirst: async () => (world.agreed.has("Python") ? undefined : { name: "Python", bytes: 9e6 }),
  };
});

customElements.define("live-cell", LiveCell);

let pages = 0;

/** A new page's cells, as the build writes them. */
function page(...codes: string[]): LiveCell[] {
  const address = `p${++pages}`; // what was left on one page comes back there only
  const says = { site: "book", base: "/", runtime: "/r/", data: "/d/", notebook: null };
  const cell = (code: string, at: number): string =>
    `<live-cell id="${"abc"[at]}" data-page="${address}" data-index="${at}"><details class="live-code" open><summary>Code</summary>
    <pre class="live-source"><code>${code}</code></pre></details><div class="live-output" data-source="build"><pre>published</pre></div></live-cell>`;
  // A cell comes into the page whole, as where a script runs after it.
  const whole = document.createElement("template");
  whole.innerHTML = `<template id="engineroom">${JSON.stringify(says)}</template><article>${codes.map(cell).join("")}</article>`;
  document.body.replaceChildren(whole.content);
  return [...document.querySelectorAll<LiveCell>("live-cell")];
}

const button = (cell: LiveCell, name: string): HTMLButtonElement =>
  [...cell.querySelectorAll("button")].find((one) => one.textContent === name && !one.hidden)!;
const output = (cell: LiveCell): string => cell.querySelector(".live-output")!.textContent!.trim();
const notices = (cell: LiveCell): string => cell.querySelector(".live-notices")!.textContent!;
const comesTo = (cell: LiveCell, state: string): Promise<void> => vi.waitFor(() => assert.equal(cell.dataset.state, state));

beforeEach(() => {
  localStorage.clear();
  FakeWorker.made = [];
  FakeWorker.boots = "well";
  world.kernel = new KernelClient({ runtime: "", data: "", worker: "" }, () => new FakeWorker());
  world.agreed.clear();
});

test("a press shows what the code gives, and how long it took", async () => {
  const [a] = page("hello") as [LiveCell];
  assert.equal(a.dataset.state, "idle");
  button(a, "Run").click();
  assert.equal(a.dataset.state, "loading");
  await comesTo(a, "done");
  assert.equal(output(a), "hello");
  assert.match(a.querySelector(".live-status")!.textContent!, /^\d\.\d s$/);
  assert.ok(a.hasRunAsShown && !button(a, "Run").hidden);
});

test("a moved control asks before Python comes, each time it is moved, and runs after a yes", async () => {
  const [a] = page('n = 3  # @param {type:"slider", min:0, max:9, step:1}') as [LiveCell];
  const slider = a.querySelector<HTMLInputElement>("input[type=range]")!;
  for (const value of ["4", "5"]) {
    slider.value = value;
    slider.dispatchEvent(new Event("input"));
    await vi.waitFor(() => assert.match(notices(a), /with the code as published.*fetches Python first: 9\.0 MB/));
  }
  assert.equal(FakeWorker.made.length, 0);
  button(a, "Fetch and run").click();
  await comesTo(a, "done");
  assert.match(output(a), /^n = 5/);
  assert.equal(notices(a), "");
});

test("what failed above is named, shown, and run with it", async () => {
  const [a, b] = page("fail", "two") as [LiveCell, LiveCell];
  button(b, "Run").click();
  await comesTo(b, "error");
  assert.match(notices(b), /The cell “a” above raised an error, so this one did not run\./);
  assert.equal(output(b), "published");
  button(b, "Show it").click();
  assert.equal(document.activeElement, button(a, "Run"));
  a.source.edit("one", "page");
  button(b, "Run both").click();
  await comesTo(b, "done");
  assert.deepEqual([output(a), output(b), notices(b)], ["one", "two", ""]);
});

test("what a cell above would fetch is asked below, and nothing is taken for a result before", async () => {
  const [a, b] = page("fetch", "two") as [LiveCell, LiveCell];
  button(b, "Run").click();
  await vi.waitFor(() => assert.match(notices(b), /fetches model first: 2\.0 MB/));
  assert.deepEqual([a.dataset.state, b.dataset.state, output(a)], ["idle", "idle", "published"]);
  assert.equal(a.querySelector<HTMLElement>(".live-output")!.dataset.source, "build");
  button(b, "Fetch and run").click();
  await comesTo(b, "done");
});

test("Reset of a running cell stops it and shows what was published", async () => {
  const [a] = page("one") as [LiveCell];
  a.source.edit("await", "page");
  button(a, "Run").click();
  await comesTo(a, "running");
  button(a, "Reset").click();
  await comesTo(a, "idle");
  assert.deepEqual([output(a), a.source.code, notices(a)], ["published", "one", ""]);
});

test("a stop that took Python with it says so, and so do the cells whose names are gone", async () => {
  const [a, b] = page("one", "compute") as [LiveCell, LiveCell];
  button(b, "Run").click();
  await comesTo(b, "running");
  await vi.waitFor(() => assert.ok(button(b, "Stop")));
  button(b, "Stop").click();
  await comesTo(b, "error");
  assert.match(notices(b), /Python had to be restarted to stop this/);
  assert.equal(a.dataset.state, "idle");
  assert.equal(a.querySelector(".live-status")!.textContent, "Ran before Python restarted");
});

test("a failed start can be tried again", async () => {
  FakeWorker.boots = "not";
  const [a] = page("one") as [LiveCell];
  button(a, "Run").click();
  await comesTo(a, "error");
  FakeWorker.boots = "well";
  button(a, "Retry").click();
  await comesTo(a, "done");
  assert.equal(notices(a), "");
});

test("a cell in line says for which it waits", async () => {
  const [a, b] = page("await", "two") as [LiveCell, LiveCell];
  button(a, "Run").click();
  await comesTo(a, "running");
  button(b, "Run").click();
  await vi.waitFor(() => assert.equal(b.querySelector(".live-status")!.textContent, "Waiting for a…"));
  button(b, "Stop").click();
  await comesTo(b, "idle");
  await comesTo(a, "error");
});
