import assert from "node:assert/strict";
import { test } from "vitest";
import { type FromWorker, fromWorker, isToWorker, type ToWorker } from "../src/kernel/wire";

const module = new WebAssembly.Module(new Uint8Array([0, 0x61, 0x73, 0x6d, 1, 0, 0, 0]));
const run = { page: "page", cell: "cell", code: "1" };

const TO: ToWorker[] = [
  { type: "boot", runtime: "/r/", data: "/d/", shared: null, code: {} },
  { type: "boot", runtime: "/r/", data: "/d/", shared: new SharedArrayBuffer(8), code: { "a.wasm": module } },
  { type: "run", run: 1, asks: true, guarded: false, ...run },
  { type: "interrupt", id: 1, run: 1 },
  { type: "ping", id: 1 },
  { type: "complete", id: 1, page: "page", code: "x", cursor: 1 },
  { type: "answer", question: 1, text: null },
  { type: "permission", question: 1, given: true },
];

const frame = { file: "<cell a>", line: 1, end_line: 1, name: "f", text: "1 / 0", kind: "cell" as const, cell: "a" };
const FROM: FromWorker[] = [
  { type: "progress", loaded: 1, total: 2, label: "Python" },
  { type: "booted", way: "fast", times: { core: 12 }, code: { "a.wasm": module } },
  { type: "failed", kind: "download", message: "no", file: "boot.json" },
  { type: "failed", kind: "boot", message: "no" },
  { type: "ask", run: 1, question: 1, prompt: "?", password: false },
  { type: "fetch", run: 1, question: 1, name: "model", bytes: 7 },
  { type: "ended", run: 1, status: "ok", used: [{ name: "a.b", path: "engineroom/a.py", line: 1 }], gone: ["other"] },
  { type: "heard", id: 1 },
  { type: "completed", id: 1, found: [{ label: "x", type: "variable", detail: "int", info: "", from: 0 }] },
  {
    type: "output",
    run: 1,
    batch: [
      { output_type: "stream", name: "stdout", text: "x" },
      { output_type: "display_data", data: { "text/plain": "x" }, metadata: {}, transient: { display_id: 7 } },
      { output_type: "display_data", data: { "text/plain": "x" }, metadata: {} },
      { output_type: "execute_result", data: {}, metadata: {}, execution_count: 1 },
      { output_type: "update_display_data", data: {}, metadata: {}, transient: { display_id: "a" } },
      { output_type: "clear_output", wait: true },
      {
        output_type: "error",
        ename: "E",
        evalue: "",
        notes: ["n"],
        own: "",
        traceback: ["E"],
        frames: [frame, { ...frame, col: 0, end_col: 5 }],
      },
    ],
  },
];

test("every message passes, as the browser hands it over", () => {
  for (const message of TO) assert.ok(isToWorker(structuredClone(message)), message.type);
  for (const message of FROM) assert.deepEqual(fromWorker(structuredClone(message)), message, message.type);
});

const WRONG = [undefined, null, "x", 7, true, [], {}, () => {}];

test("a message with any part of another kind, or none, does not pass", () => {
  const wrong = (message: object, part: string) => WRONG.map((value) => ({ ...message, [part]: value }));
  const may: Record<string, unknown[]> = {
    "boot.shared": [null],
    "boot.code": [{}],
    "answer.text": [null, "x"],
    "failed.file": [undefined, "x"],
    "booted.times": [{}],
    "booted.code": [{}],
    "ended.used": [[]],
    "ended.gone": [[]],
    "completed.found": [[]],
    "output.batch": [[]],
  };
  for (const message of [...TO, ...FROM])
    for (const part of Object.keys(message)) {
      const kind = typeof (message as Record<string, unknown>)[part];
      for (const bad of wrong(message, part) as Record<string, unknown>[]) {
        const fits = [may[`${message.type}.${part}`] ?? []].flat().some((value) => JSON.stringify(value) === JSON.stringify(bad[part]));
        if (fits || (typeof bad[part] === kind && kind !== "object")) continue;
        const passes = TO.includes(message as ToWorker) ? isToWorker(bad) : fromWorker(bad) !== undefined;
        assert.ok(!passes, `${message.type}.${part} = ${String(bad[part])}`);
      }
    }
  for (const type of ["constructor", "toString", "__proto__", "eval"]) assert.ok(!isToWorker({ type }) && !fromWorker({ type }));
});

test("an output that is none is said to be one that cannot be shown, and the others are", () => {
  const good = { output_type: "stream", name: "stdout", text: "x" };
  for (const bad of [
    null,
    "x",
    { output_type: "stream", name: "stdin", text: "x" },
    { output_type: "display_data", data: "x", metadata: {} },
  ]) {
    const told = fromWorker({ type: "output", run: 1, batch: [bad, good] });
    assert.ok(told?.type === "output" && told.batch.length === 2);
    assert.match(JSON.stringify(told.batch[0]), /cannot show/);
    assert.deepEqual(told.batch[1], good);
  }
});
