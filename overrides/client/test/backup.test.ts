import assert from "node:assert/strict";
import { beforeEach, test } from "vitest";
import { collect, LARGEST, restore as restored, write } from "../src/progress/backup";
import { done } from "../src/progress/done";
import { Known } from "../src/progress/known";
import { checks } from "../src/quiz/checks";
import type { Attempt, Draft } from "../src/quiz/record";
import { ATTEMPTS, assessment, empty, format, submitted } from "../src/quiz/record";
import { review } from "../src/quiz/schedule";
import { write as written } from "../src/storage/format";
import type { Slot } from "../src/storage/slot";
import { Browser } from "./browser";
import { random } from "./random";

const pages = ["a/", "b/", "c/", "p/", "v1.2/", "v1.2/a%20b/"].map((address) => ({
  address,
  title: address,
  cells: ["cell"],
  checks: ["q", "r", "constructor", "old", "kept", "x", "y", "z"],
}));
const known = new Known({ pages, assessments: [{ address: "test/", title: "Test", id: "module", needed: 4, draw: 5 }] });
const restore = (text: string): string => restored(text, known);
const START = "bees:quiz:1:";
const browser = new Browser();
const { view: items } = browser.open();
beforeEach(() => browser.clear());

const put = (name: string, text: string): void => void items.set(START + name, text);
const at = (name: string): string | null => items.get(START + name) ?? null;
const aside = (name: string): string[] => [...items].filter(([key]) => key.startsWith(`${START}${name}:damaged:`)).map(([, text]) => text);
const file = (items: Record<string, unknown>, more: object = {}): string =>
  JSON.stringify({ what: "engineroom progress 1", site: "bees", items, ...more });
const record = (items: object): string => JSON.stringify({ version: 1, items });
const check = (time: number, right = true) => ({ answer: ["a"], right, revision: "r", at: time });
const attempt = (id: string, time: number, score = 3): Attempt => ({ id, score, max: 5, at: time, revision: "r", answers: { q: ["a"] } });
const draft = (answer: string[], time = 1): Draft => ({ revision: "r", questions: ["q"], orders: {}, answers: { q: answer }, at: time });
const module = (ids: number[], begun: Draft | null = null): string =>
  written(format, { ...ids.reduce((all, id) => submitted(all, attempt(`n${id}`, id)), empty("r")), draft: begun });
const NEWER = '{"version":2,"items":{"x":1}}';

test("what was saved and is taken in twice is the same, and is said", async () => {
  put("progress", record({ "a/": 1 }));
  put("checks", record({ q: check(1), constructor: check(2) }));
  put("review", record({ q: { page: "v1.2/a%20b/", stage: 0, at: 5 } }));
  put("module", module([1, 2], draft(["a"])));
  put("checks:damaged:17", "{");
  const before = collect()!;
  const saved = await write(before).text();
  items.clear();
  for (let times = 0; times < 2; times++) {
    assert.equal(
      restore(saved),
      "Taken in: self-checks, a copy of what could not be read (checks), the assessment “module”, pages read and cells run, questions to come back.",
    );
    assert.deepEqual(collect(), before);
  }
});

test("of a thing in both, the later answer, the earlier reading and the sooner return are kept, whichever is the file's", () => {
  const due = (time: number) => ({ page: "p/", stage: 1, at: time });
  const both = (one: number, other: number) => ({
    checks: record({ q: check(one), r: check(other) }),
    progress: record({ "a/": one, "b/": other }),
    review: record({ q: due(one), r: due(other) }),
  });
  for (const [name, text] of Object.entries(both(3, 4))) put(name, text);
  restore(file(both(4, 3)));
  const kept = (name: string): unknown => JSON.parse(at(name)!).items;
  assert.deepEqual(kept("checks"), { q: check(4), r: check(4) });
  assert.deepEqual(kept("progress"), { "a/": 3, "b/": 3 });
  assert.deepEqual(kept("review"), { q: due(3), r: due(3) });
});

test("a copy that was put aside is not written over by another of its name", () => {
  put("checks:damaged:17", "what was here");
  assert.match(restore(file({ "checks:damaged:17": "what was there" })), /^Taken in: a copy of what could not be read \(checks\)\.$/);
  assert.deepEqual(aside("checks").sort(), ["what was here", "what was there"]);
});

test("what is here and cannot be read is put aside, all or in part", () => {
  for (const text of [
    "{",
    "null",
    "[]",
    "1",
    '{"version":1}',
    '{"version":1,"items":[]}',
    record({ old: { page: "p" }, kept: check(4) }),
  ]) {
    items.clear();
    put("checks", text);
    put("module", text);
    assert.equal(
      restore(file({ checks: record({ q: check(1) }), module: module([1]) })),
      "Taken in: self-checks, the assessment “module”. What was here of self-checks could not be read in full; a copy of it was put aside. " +
        "What was here of the assessment “module” could not be read in full; a copy of it was put aside.",
    );
    assert.deepEqual([aside("checks"), aside("module")], [[text], [text]]);
    assert.deepEqual(JSON.parse(at("checks")!).items.q, check(1));
    assert.equal(JSON.parse(at("module")!).attempts.length, 1);
  }
});

test("what is of a newer version stays, and is named", () => {
  put("checks", NEWER);
  put("module", NEWER);
  assert.equal(
    restore(file({ checks: record({ q: check(1) }), module: module([1]), progress: record({ "a/": 1 }), review: NEWER })),
    "Taken in: pages read and cells run. Not taken in: questions to come back (of a newer version of this page in the file). " +
      "Not taken in: self-checks, the assessment “module” (of a newer version of this page in your browser, and left as they are).",
  );
  assert.deepEqual([at("checks"), at("module"), at("review")], [NEWER, NEWER, null]);
});

test("what is damaged in the file is left, what is whole is taken", () => {
  const said = restore(
    file({ checks: record({ q: check(1), x: {}, y: 1 }), module: "{", review: 3, "../x": "1", progress: record({ "a/": 1 }) }),
  );
  assert.equal(
    said,
    "Taken in: self-checks, pages read and cells run. Not taken in: the assessment “../x” (not a record of this site). " +
      "Not taken in: the assessment “module”, questions to come back (not readable in the file). Of self-checks left out: 2 that could not be read.",
  );
  assert.deepEqual([...items.keys()].sort(), [`${START}checks`, `${START}progress`]);
});

test("a file that is none of ours changes nothing and says so", () => {
  put("checks", record({ q: check(1) }));
  const whole = file({ checks: record({ q: check(9, false) }) });
  const others = [
    "",
    "{",
    "null",
    "[]",
    "3",
    '"x"',
    '{"what":1}',
    file({}, { what: "engineroom progress 2" }),
    file({}, { what: "engineroom progress x" }),
    file({}, { items: [] }),
    file({}, { items: null }),
    file({ checks: record({ q: check(9) }) }, { site: "wasps" }),
  ];
  for (let length = 0; length < whole.length; length += 3) others.push(whole.slice(0, length));
  for (const text of others) {
    assert.match(restore(text), /^This file .*Nothing was changed\./, text);
    assert.deepEqual([...items], [[`${START}checks`, record({ q: check(1) })]]);
  }
  assert.match(restore(" ".repeat(LARGEST + 1)), /too large\. Nothing was changed\.$/);
  assert.match(restore(file({})), /^This file is empty/);
  assert.match(restore(file({}, { what: "engineroom progress 2" })), /newer version/);
  assert.match(restore(file({}, { site: "wasps" })), /another site, “wasps”/);
  const { site, ...older } = JSON.parse(whole) as Record<string, unknown>; // saved before files said of which site
  assert.equal(restore(JSON.stringify(older)), "Taken in: self-checks.");
});

test("of two attempts that are begun the one here stays, and of many the last", () => {
  put("module", module([1], draft([])));
  assert.equal(restore(file({ module: module([2], draft(["b"])) })), "Taken in: the assessment “module”.");
  assert.deepEqual(JSON.parse(at("module")!).draft, draft(["b"]));
  assert.equal(
    restore(file({ module: module([3], draft(["c"])) })),
    "Taken in: the assessment “module”. Of the assessment “module” left out: the answers not yet submitted, since there are others here.",
  );
  assert.deepEqual(JSON.parse(at("module")!).draft, draft(["b"]));
  const many = Array.from({ length: ATTEMPTS }, (_, n) => n + 10);
  assert.match(restore(file({ module: module(many) })), /left out: attempts before the last 20\.$/);
  assert.equal(JSON.parse(at("module")!).attempts.length, ATTEMPTS);
});

test("a storage that is blocked is named, and one that fills half-way loses nothing", { timeout: 60_000 }, () => {
  const names = ["progress", "checks", "review", "module"];
  const values: Record<string, string[]> = {
    progress: [record({ "a/": 1 }), record({ "b/": 2, "a/": 0.5 }), "{", NEWER, record({ "a/": "x" })],
    checks: [record({ q: check(1) }), record({ q: check(2, false), r: check(1) }), "[]", NEWER, record({ q: check(1), z: 1 })],
    review: [
      record({ q: { page: "p/", stage: 0, at: 5 } }),
      record({ r: { page: "v1.2/", stage: 1, at: 3 } }),
      "",
      NEWER,
      record({ x: null }),
    ],
    module: [module([1]), module([2, 3], draft(["a"])), "null", NEWER, '{"version":1,"draft":3}'],
  };
  let seed = 5;
  const random = (n: number): number => ((seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0) % 7919) % n;
  let [full, damaged] = [0, 0];
  for (let round = 0; round < 3000; round++) {
    items.clear();
    browser.room = Infinity;
    for (const name of names) if (random(4)) put(name, values[name]![random(5)]!);
    const before = new Map(items);
    const there = Object.fromEntries(names.filter(() => random(4)).map((name) => [name, values[name]![random(5)]!]));
    const used = [...before].reduce((sum, [key, text]) => sum + key.length + text.length, 0);
    browser.room = random(2) ? Infinity : used + random(500);
    const said = restore(file(there));
    const [yes = "", no = ""] = [/^Taken in: ([^.]*)\./.exec(said)?.[1], said.match(/Not taken in: .*?\)\./g)?.join(" ")];
    const called: Record<string, string> = {
      progress: "pages read",
      checks: "self-checks",
      review: "questions to come back",
      module: "“module”",
    };
    for (const name of names) {
      const [was, now] = [before.get(START + name) ?? null, at(name)];
      if (!(name in there)) assert.equal(now, was);
      else assert.notEqual(yes.includes(called[name]!), no.includes(called[name]!), said);
      // What was here is here, beside what came, or aside.
      const kept = now === was || aside(name).includes(was!) || (was !== null && holds(now!, was));
      assert.ok(kept || was === null, `${said}\n${was}\n${now}`);
      if (yes.includes(called[name]!)) assert.ok(holds(now!, there[name]!, /left out/.test(said)), `${said}\n${there[name]}\n${now}`);
      else assert.equal(now, was, said);
    }
    full += Number(said.includes("no room"));
    damaged += Number(said.includes("put aside"));
  }
  assert.ok(full > 200 && damaged > 200, `${full} ${damaged}`);
  items.clear();
  browser.blocked = true;
  assert.match(
    restore(file({ progress: record({ "c/": 1 }) })),
    /^This file holds nothing that could be taken in\. Not taken in: pages read and cells run \(no room/,
  );
});

/** Whether every name in one record is in another, with `some` only those that can be read. */
function holds(all: string, part: string, some = false): boolean {
  const [a, b] = [JSON.parse(all), JSON.parse(part)] as { items?: Record<string, unknown>; attempts?: { id: string }[] }[];
  if (b!.attempts) return b!.attempts.every(({ id }) => a!.attempts!.some((one) => one.id === id));
  return Object.keys(b!.items ?? {}).every((name) => some || name in a!.items!);
}

test("what another tab wrote meanwhile is there after", () => {
  const text = file({ checks: record({ q: check(1) }) });
  put("checks", record({ other: check(7) })); // between choosing the file and its being read
  assert.equal(restore(text), "Taken in: self-checks.");
  assert.deepEqual(Object.keys(JSON.parse(at("checks")!).items).sort(), ["other", "q"]);
});

test("names and shapes that are none of this site's stay out, and are said", () => {
  const junk = "j".repeat(600_000);
  const due = (page: string) => ({ page, stage: 0, at: 5 });
  const said = restore(
    file({
      progress: record({ "a/": 1, "a/#cell": 2, "a/#other": 3, "nowhere/": 4, [junk]: 5 }),
      checks: record({ q: check(1), stranger: check(1), r: { ...check(1), answer: ["long".repeat(1000)] } }),
      review: record({ q: due("p/"), elsewhere: due("p/"), r: due("nowhere/"), drawn: due("test/") }),
      module: written(format, {
        ...empty("r"),
        attempts: [attempt("n1", 1), { ...attempt("n2", 2), answers: { q: ["long".repeat(1000)] } }],
      }),
      other: module([1]),
      "other:damaged:1": "{",
      "checks:damaged:1": junk,
      "cell:1:a/#cell": "{}",
      __proto__: "{}",
    }),
  );
  const kept = (name: string) => JSON.parse(at(name)!);
  assert.match(
    said,
    /the assessment “other”, a copy of what could not be read \(other\), the assessment “cell:1:a\/#cell” \(not a record of this site\)/,
  );
  assert.match(
    said,
    /Not taken in: pages read and cells run, a copy of what could not be read \(checks\) \(larger than this page writes it\)/,
  );
  assert.match(said, /Of self-checks left out: 2 that this site does not have/);
  assert.match(said, /Of questions to come back left out: 2 that this site does not have/);
  assert.match(said, /Of the assessment “module” left out: 1 that this site does not have/);
  assert.deepEqual(
    [Object.keys(kept("checks").items), Object.keys(kept("review").items), kept("module").attempts.map(({ id }: Attempt) => id)],
    [["q"], ["q", "drawn"], ["n1"]],
  );
  assert.deepEqual(
    [...items.keys()].sort(),
    ["checks", "module", "review"].map((name) => START + name),
  );
});

test("whatever a file holds and whatever is here, twice is as once, and every record can be read and changed after", {
  timeout: 60_000,
}, () => {
  const { pick, flag } = random(11);
  const name = () =>
    pick(["progress", "checks", "review", "module", "checks:damaged:3", "module:damaged:9", "other", "__proto__", "constructor", ""]);
  const value = (depth: number): unknown =>
    depth > 3 || flag(0.4)
      ? pick([null, true, 0, -1, 1e308, 1.5, "", "a/", "q", "module", "x".repeat(50), "\u0000", "__proto__"])
      : flag()
        ? Array.from({ length: pick([0, 1, 3, 30]) }, () => value(depth + 1))
        : Object.fromEntries(
            Array.from({ length: pick([0, 1, 2, 5]) }, () => [
              pick([
                "version",
                "items",
                "attempts",
                "draft",
                "best",
                "answers",
                "q",
                "a/",
                "score",
                "max",
                "at",
                "id",
                "revision",
                "__proto__",
              ]),
              value(depth + 1),
            ]),
          );
  const text = (): string =>
    flag(0.3)
      ? pick([
          module([1, 2], draft(["a"])),
          record({ "a/": 1 }),
          record({ q: check(3) }),
          record({ q: { page: "p/", stage: 0, at: 5 } }),
          NEWER,
        ])
      : flag(0.2)
        ? module([1]).slice(0, pick([1, 20, 60]))
        : JSON.stringify({ version: 1, ...(value(0) as object) });
  for (let round = 0; round < 1500; round++) {
    items.clear();
    for (let n = pick([0, 1, 4]); n > 0; n--) put(name(), text());
    const before = new Set(items.keys());
    const from = file(Object.fromEntries(Array.from({ length: pick([1, 3, 8]) }, () => [name(), flag(0.9) ? text() : value(0)])));
    restore(from);
    const once = new Map(items);
    restore(from);
    assert.deepEqual(new Map([...items].sort()), new Map([...once].sort()), from);
    for (const key of items.keys())
      assert.match(before.has(key) ? "" : key.slice(START.length), /^(|(progress|checks|review|module)(:damaged:\d+)?)$/);
    for (const slot of [done, checks, review, assessment("module")] as Slot<unknown>[]) {
      const { state } = slot.find();
      assert.equal(slot.change((there) => there).kept, state === "newer" ? "newer" : "kept");
    }
    assert.equal(({} as Record<string, unknown>).items, undefined, "nothing reached a prototype");
  }
});

test("copies of what could not be read do not fill the browser", () => {
  const copies = Array.from({ length: 40 }, (_, n) => [`checks:damaged:${n}`, `${n}`.padEnd(200_000, "x")]);
  for (let times = 0; times < 2; times++) {
    assert.match(restore(file(Object.fromEntries(copies))), /Not taken in: .*and 30 more \(larger than this page writes it\)/);
    assert.equal(aside("checks").length, 2);
  }
});
