// @vitest-environment happy-dom
import assert from "node:assert/strict";
import { beforeEach, test, vi } from "vitest";
import { LiveCell } from "../src/cell/live-cell";
import { pack } from "../src/cell/share";
import { KernelClient } from "../src/kernel/client";
import type { Wanted } from "../src/kernel/protocol";
import { FakeWorker } from "./fake-worker";

const world = vi.hoisted(() => ({
  kernel: undefined as unknown,
  halts: new EventTarget(),
  consent: new EventTarget(),
  agreed: new Set<string>(),
  framed: false,
}));

vi.mock("../src/page/frame", () => ({
  framed: () => world.framed,
  framedBy: () => "https://other.example",
  frame: new EventTarget(),
  agreeToFrame: () => (world.framed = false),
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
  world.framed = false;
  history.replaceState(null, "", "/");
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

// Code from a link

const foreign = (cell: LiveCell): string => cell.querySelector(".live-foreign")!.textContent!;

/** Another page sends this one a link. */
async function linkTo(cell: LiveCell, code: string): Promise<void> {
  history.replaceState(null, "", `/#cell=${cell.id}&code=${await pack(code)}`);
  window.dispatchEvent(new Event("hashchange"));
  await vi.waitFor(() => assert.equal(cell.source.code, code));
}

const SLIDER = '{type:"slider", min:0, max:9, step:1}';
const NAMES = [
  "elements",
  "action",
  "submit",
  "name",
  "length",
  "reset",
  "append",
  "querySelector",
  "constructor",
  "__proto__",
  "toString",
];

test("a parameter of any name has its control, and hides no notice", async () => {
  for (const name of NAMES) {
    const [a] = page("one") as [LiveCell];
    await linkTo(a, `other = 1  # @param ${SLIDER}\n${name} = 3  # @param ${SLIDER}`);
    assert.match(foreign(a), /This code came with a link\. It has not run\./, name);
    const [, slider] = a.querySelectorAll<HTMLInputElement>("input[type=range]");
    assert.equal(slider!.value, "3");
    a.source.confirm();
    a.source.edit(a.source.code.replace("= 3", "= 5"), "editor");
    assert.equal(slider!.value, "5", name);
  }
});

test("what is said of a link's code stands before Run and the code, describes Run, and tells what became of it", async () => {
  const [a] = page("one") as [LiveCell];
  await linkTo(a, "theirs");
  const notice = a.querySelector(".live-foreign")!;
  for (const after of [".live-toolbar", ".live-code"])
    assert.ok(notice.compareDocumentPosition(a.querySelector(after)!) & Node.DOCUMENT_POSITION_FOLLOWING, after);
  assert.equal(button(a, "Run").getAttribute("aria-describedby"), notice.id);
  button(a, "Run").click();
  await comesTo(a, "done");
  assert.equal(output(a), "theirs");
  assert.match(foreign(a), /You have run it once\. It is not kept as yours\./);
  button(a, "Run").click();
  await vi.waitFor(() => assert.match(foreign(a), /You have run it 2 times/));
  button(a, "Drop it").click();
  assert.deepEqual([a.source.code, foreign(a)], ["one", ""]);
});

test("the same link again, with another between or not, runs for nobody else", async () => {
  for (const codes of [
    ["theirs", "theirs"],
    ["theirs", "others", "theirs"],
  ]) {
    const [a, b] = page("one", "two") as [LiveCell, LiveCell];
    for (const code of codes) await linkTo(a, code);
    history.replaceState(null, "", `${location.href}&again`);
    window.dispatchEvent(new Event("hashchange"));
    await new Promise((resolve) => setTimeout(resolve, 20));
    assert.ok(a.source.unconfirmed);
    button(b, "Run").click();
    await comesTo(b, "error");
    assert.match(notices(b), /“a” above holds code from a link, which has not run/);
    assert.equal(output(a), "published");
  }
});

/** All that could be taken for a yes and is none. */
const OTHERS: [string, (a: LiveCell, b: LiveCell) => unknown][] = [
  ["a question, or Run all cells", (a) => a.ask("run")],
  ["Run all cells, as the last", (a) => a.ask("all")],
  ["Run all above", (a) => button(a, "Run all above").click()],
  [
    "a control",
    (a) => {
      const slider = a.querySelector<HTMLInputElement>("input[type=range]")!;
      slider.value = "4";
      slider.dispatchEvent(new Event("input"));
    },
  ],
  ["the cell below", (_, b) => button(b, "Run").click()],
  ["all above the cell below", (_, b) => button(b, "Run all above").click()],
];

for (const [name, act] of OTHERS)
  test(`a link's code does not run by ${name}: the cell is named, and nothing is kept`, async () => {
    const [a, b] = page("one", "two") as [LiveCell, LiveCell];
    world.agreed.add("Python");
    await linkTo(a, `theirs = 3  # @param ${SLIDER}`);
    await act(a, b);
    await vi.waitFor(() => assert.match(notices(a) + notices(b), /“a” (came with|above holds code from) a link/));
    await new Promise((resolve) => setTimeout(resolve, 30));
    assert.deepEqual([output(a), output(b), a.source.unconfirmed, localStorage.length], ["published", "published", true, 0]);
    button(a, "Run").click();
    await comesTo(a, "done");
    assert.match(output(a), /^theirs/);
    assert.doesNotMatch(notices(a), /came with a link/);
  });

test("what was pressed is what runs, though a link comes before its turn", async () => {
  FakeWorker.boots = "held";
  const [a] = page(`mine = 1  # @param ${SLIDER}`) as [LiveCell];
  button(a, "Run").click();
  await vi.waitFor(() => assert.equal(FakeWorker.made.length, 1));
  await linkTo(a, "theirs");
  FakeWorker.made[0]!.booted();
  await comesTo(a, "done");
  assert.match(output(a), /^mine = 1/);
  assert.ok(a.source.unconfirmed);
  assert.match(foreign(a), /It has not run/);
});

test("in another site's frame nothing runs before a yes that says where the page is", async () => {
  const [a, b] = page("one", "two") as [LiveCell, LiveCell];
  world.framed = true;
  for (const name of ["Run", "Run all above"]) {
    button(b, name).click();
    await vi.waitFor(() => assert.match(notices(b), /Nothing has run: this page is shown inside another site, https:\/\/other\.example/));
  }
  assert.deepEqual([FakeWorker.made.length, output(a), output(b)], [0, "published", "published"]);
  button(b, "Run it here").click();
  await comesTo(b, "done");
  assert.deepEqual([output(b), notices(b)], ["two", ""]);
});
