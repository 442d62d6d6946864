import assert from "node:assert/strict";
import { test } from "vitest";
import written from "../../../tests/site/number_cases.json";
import { draw, shuffled } from "../src/quiz/draw";
import { type Asked, fold, isRight, same } from "../src/quiz/grade";
import { number } from "../src/quiz/numbers";
import { type Assessed, ATTEMPTS, type Attempt, better, current, empty, format, merged, passes, submitted } from "../src/quiz/record";
import { after, DAY, due, next, review, sooner } from "../src/quiz/schedule";
import { type Found, read, write } from "../src/storage/format";
import { items, joined } from "../src/storage/items";

const asked = (part: Partial<Asked>): Asked => ({ id: "q", type: "single", topic: "", key: [], tolerance: 0, relative: false, ...part });
const attempt = (id: string, score: number, at: number, revision = "r"): Attempt => ({
  id,
  score,
  max: 5,
  at,
  revision,
  answers: { q: ["a"] },
});

const ascii = (text: string): string => JSON.stringify(text).replaceAll(/[^ -~]/g, (one) => `\\u${one.charCodeAt(0).toString(16)}`);

/** A small generator, the same in every run. */
function generator(seed: number): () => number {
  return () => {
    seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0;
    return seed / 2 ** 32;
  };
}

test("numbers as people type them", () => {
  for (const { text, value } of written) assert.equal(number(text), value ?? NaN, text);
});

test("a comma before three digits is a decimal one after a lone 0", () => {
  const rms = asked({ type: "numeric", key: ["0.8485"], tolerance: 0.001 });
  assert.ok(isRight(rms, ["0,849"]) && isRight(rms, ["0.849"]) && !isRight(rms, ["849"]) && !isRight(rms, ["0,850"]));
});

test("what a word processor makes of an answer is the answer", () => {
  const pairs = [
    ["it's", "it\u2019s"],
    ["it's", "it\u2018s"],
    ["it's", "it\u02bcs"],
    ['a "b"', "a \u201cb\u201d"],
    ["byte-pair", "byte\u2013pair"],
    ["byte-pair", "byte\u2011pair"],
    ["-1", "\u22121"],
    ["a b", "a\u00a0b"],
    ["a b", "a\u202f b"],
    ["bpe", "\uff22\uff30\uff25"],
    ["\u00fcber", "u\u0308ber"],
    ["fish", "\ufb01sh"],
    ["softmax", "soft\u00admax"],
    ["softmax", "\ufeffsoftmax\u200b"],
  ] as const;
  for (const [plain, pasted] of pairs) {
    assert.ok(
      isRight(asked({ type: "text", key: [plain] }), [pasted]) && isRight(asked({ type: "text", key: [pasted] }), [plain]),
      ascii(pasted),
    );
  }
  assert.ok(!same("text", "its", "it's") && !same("text", "a-b", "a b"));
});

test("what is right", () => {
  assert.ok(isRight(asked({ key: ["a"] }), ["a"]) && !isRight(asked({ key: ["a"] }), ["b"]) && !isRight(asked({ key: ["a"] }), []));
  const multiple = asked({ type: "multiple", key: ["a", "c"] });
  assert.ok(
    isRight(multiple, ["c", "a"]) && !isRight(multiple, ["a"]) && !isRight(multiple, ["a", "b", "c"]) && !isRight(multiple, ["a", "b"]),
  );
  const order = asked({ type: "order", key: ["a", "b"] });
  assert.ok(isRight(order, ["a", "b"]) && !isRight(order, ["b", "a"]) && !isRight(order, ["a"]));
  assert.ok(
    isRight(asked({ type: "text", key: ["Byte pair", "BPE"] }), ["  byte   PAIR "]) &&
      !isRight(asked({ type: "text", key: ["BPE"] }), ["BP"]),
  );
  const exact = asked({ type: "numeric", key: ["0.3"] });
  assert.ok(isRight(exact, [String(0.1 + 0.2)]) && !isRight(exact, ["0.31"]) && !isRight(exact, ["x"]));
  const near = asked({ type: "numeric", key: ["200"], tolerance: 0.02, relative: true });
  assert.ok(isRight(near, ["204"]) && isRight(near, ["196"]) && !isRight(near, ["204.1"]));
  assert.ok(same("numeric", "1,000", "1000") && same("text", "A  b", "a B") && !same("text", "a", "b"));
  assert.equal(fold("ＢＰＥ  x"), "bpe x");
});

test("a draw spans the topics and repeats nothing", () => {
  const pool = ["a", "b", "c", "d"].flatMap((topic) => [1, 2, 3, 4, 5, 6, 7, 8].map((n) => ({ id: `${topic}${n}`, topic })));
  const random = generator(1);
  const seen = new Set<string>();
  for (let round = 0; round < 400; round++) {
    const drawn = draw(pool, 5, true, random);
    assert.equal(new Set(drawn).size, 5);
    assert.equal(new Set(drawn.map((id) => id[0])).size, 4);
    drawn.forEach((id) => seen.add(id));
  }
  assert.equal(seen.size, pool.length);
  assert.equal(draw(pool, 32, false, random).length, 32);
  assert.deepEqual([...shuffled([1, 2, 3, 4], random)].sort(), [1, 2, 3, 4]);
});

test("the best stays, both tabs count", () => {
  let record = submitted(empty("r"), attempt("1", 5, 1));
  record = submitted(record, attempt("2", 2, 2));
  assert.equal(record.best?.score, 5);
  const other = submitted(empty("r"), attempt("3", 4, 3));
  const both = merged(record, other);
  assert.deepEqual(
    both.attempts.map(({ id }) => id),
    ["1", "2", "3"],
  );
  assert.equal(both.best?.score, 5);
  assert.equal(merged(other, record).best?.score, 5);
  assert.deepEqual(merged(both, both), both);
  let many: Assessed = both;
  for (let n = 0; n < 30; n++) many = submitted(many, attempt(`n${n}`, 1, 10 + n));
  assert.equal(many.attempts.length, ATTEMPTS);
  assert.equal(many.best?.score, 5);
  assert.ok(passes({ score: 3, max: 3, at: 1, revision: "" }, 4, 5) && !passes({ score: 4, max: 10, at: 1, revision: "" }, 4, 5));
  assert.deepEqual(better({ score: 4, max: 5, at: 1, revision: "" }, { score: 3, max: 3, at: 2, revision: "" })?.max, 3);
});

test("a changed revision drops the draft and nothing else", () => {
  const kept = {
    ...submitted(empty("old"), attempt("1", 5, 1, "old")),
    draft: { revision: "old", questions: ["q"], orders: {}, answers: {}, at: 1 },
  };
  const found = current(read(format, write(format, kept)).value, "new");
  assert.equal(found.draft, null);
  assert.equal(found.best?.revision, "old");
  assert.equal(found.attempts.length, 1);
  assert.deepEqual(current(read(format, write(format, kept)).value, "old").draft, kept.draft);
});

test("whatever stands in the storage is a record, newer, or damaged", () => {
  const good = write(format, {
    ...submitted(empty("r"), attempt("1", 4, 1)),
    draft: { revision: "r", questions: ["q"], orders: { q: ["a"] }, answers: { q: ["a"] }, at: 1 },
  });
  assert.equal(read(format, JSON.stringify({ version: 2, anything: 1 })).state, "newer");
  assert.deepEqual(read(format, null).value, empty(""));
  const random = generator(7);
  const values = [
    "null",
    "1",
    '"x"',
    "[]",
    "{}",
    "true",
    "1e999",
    '{"score":9,"max":1,"at":0,"revision":""}',
    "[1]",
    '["a"]',
    '[{"id":1}]',
  ];
  const states: Record<string, number> = {};
  for (let n = 0; n < 400; n++) {
    let text = good;
    for (let times = 0; times <= n % 3; times++) {
      const fields = ["version", "draft", "best", "attempts", "score", "max", "at", "questions", "answers", "orders", "id", "revision"];
      const field = fields[Math.floor(random() * fields.length)]!;
      const value = values[Math.floor(random() * values.length)]!;
      text =
        n % 5 === 0
          ? text.slice(0, Math.floor(random() * text.length))
          : text.replace(new RegExp(`"${field}":("[^"]*"|[0-9.]+|null|true)`), `"${field}":${value}`);
    }
    const { state, value } = read(format, text);
    states[state] = (states[state] ?? 0) + 1;
    assert.ok(value.best === null || value.best.score <= value.best.max);
    assert.doesNotThrow(() => submitted(merged(value, empty("r")), attempt("2", 1, 9)));
  }
  assert.ok(states.damaged! > 50 && states.part! > 50 && states.whole! > 50, JSON.stringify(states));
});

test("a missed question comes back after one day, three and seven", () => {
  let items = after({}, "q", "p/", false, 0);
  assert.deepEqual(due(items, DAY - 1), []);
  assert.deepEqual(
    due(items, DAY).map(([id]) => id),
    ["q"],
  );
  assert.equal(after(items, "q", "p/", true, DAY - 1), items); // right before its time changes nothing
  items = after(items, "q", "p/", true, DAY);
  assert.equal(next(items), 4 * DAY);
  items = after(items, "q", "p/", true, 4 * DAY);
  assert.equal(next(items), 11 * DAY);
  assert.deepEqual(after(items, "q", "p/", true, 11 * DAY), {});
  assert.equal(next(after(items, "q", "p/", false, 11 * DAY)), 12 * DAY);
  assert.deepEqual(after({}, "never missed", "p/", true, 5), {});
  assert.deepEqual(joined(items, { q: { page: "p/", stage: 0, at: 1 } }, sooner).q?.at, 1);
  for (const item of [
    '{"page":"https://x/","stage":0,"at":1}',
    '{"page":"p/","stage":9,"at":1}',
    '{"page":"p/","stage":0,"at":"soon"}',
    "null",
    "1",
  ]) {
    const { state, value, strange } = read(review.format, `{"version":1,"items":{"q":${item}}}`);
    assert.deepEqual([state, value, strange], ["part", {}, 1], item);
  }
});

test("a record of things by name is read whole, in part, or not at all", () => {
  const numbers = items((value): value is number => typeof value === "number");
  const parse = (text: string | null | undefined): Found<Record<string, number>> => read(numbers, text);
  const nothing = (state: string) => ({ state, value: {}, strange: 0 });
  assert.deepEqual(parse(write(numbers, { a: 1, b: 2 })), { state: "whole", value: { a: 1, b: 2 }, strange: 0 });
  assert.deepEqual(parse('{"version":1,"items":{"a":1,"b":"x"}}'), { state: "part", value: { a: 1 }, strange: 1 });
  assert.deepEqual([parse(null), parse(undefined)], [nothing("none"), nothing("none")]);
  assert.deepEqual(parse('{"version":2,"items":{}}'), nothing("newer"));
  const damaged = ["", "{", "[]", "null", "{}", '{"version":1}', '{"version":1,"items":[1]}', '{"version":"1","items":{}}'];
  for (const text of [...damaged, '{"version":0,"items":{}}', '{"version":1e999,"items":{}}'])
    assert.deepEqual(parse(text), nothing("damaged"), text);
  assert.deepEqual(joined({ a: 3, b: 1 }, { a: 2, c: 5 }, Math.min), { a: 2, b: 1, c: 5 });
});
