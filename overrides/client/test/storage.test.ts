import assert from "node:assert/strict";
import { afterAll, beforeEach, test, vi } from "vitest";
import { Browser, dice } from "./browser";

const browser = new Browser();

/** A tab with the site's code in it. */
async function opened() {
  vi.resetModules();
  const tab = browser.open();
  const [checks, schedule, record, done, slot, told, tabs, aside, edits, source, format] = await Promise.all([
    import("../src/quiz/checks"),
    import("../src/quiz/schedule"),
    import("../src/quiz/record"),
    import("../src/progress/done"),
    import("../src/storage/slot"),
    import("../src/storage/told"),
    import("../src/storage/tabs"),
    import("../src/storage/aside"),
    import("../src/cell/edits"),
    import("../src/cell/source"),
    import("../src/storage/format"),
  ]);
  return { tab, checks, schedule, record, done, slot, told, tabs, aside, edits, source, format };
}

type Opened = Awaited<ReturnType<typeof opened>>;
const OPEN = [await opened(), await opened(), await opened()];
const [first, second] = OPEN as [Opened, Opened];

beforeEach(() => {
  browser.clear();
  for (const { tabs } of OPEN) tabs.forget(null);
  first.tab.does(() => {});
});
afterAll(() => void vi.useRealTimers());

const check = (at: number, right = true) => ({ answer: ["a"], right, revision: "r", at });
const attempt = (id: string, at: number, score = 3) => ({ id, score, max: 5, at, revision: "r", answers: { q: ["a"] } });
const text = (fields: object): string => JSON.stringify({ version: 1, ...fields });
const put = (key: string, value: string): void => void first.tab.view.set(key, value);
const QUIZ = "bees:quiz:1:";

/** Each kind of record: one that is whole, and a change of it in a tab, which says what the reader is told. */
const KINDS: Record<string, { whole: string; change(tab: Opened): string }> = {
  checks: {
    whole: text({ items: { q: check(1), r: check(2, false) } }),
    change: ({ checks, told }) => told.told(checks.answered("new", check(9))),
  },
  review: {
    whole: text({ items: { q: { page: "p/", stage: 0, at: 5 }, r: { page: "v1.2/", stage: 2, at: 7 } } }),
    change: ({ schedule, told }) => told.told(schedule.note("new", "p/", false)),
  },
  progress: {
    whole: text({ items: { "a/": 1, "a/#cell": 2 } }),
    change: ({ done, told }) => told.told(done.done.change((items) => ({ ...items, new: 9 }))),
  },
  module: {
    whole: text({
      revision: "r",
      draft: { revision: "r", questions: ["q"], orders: { q: ["a"] }, answers: { q: ["a"] }, at: 1 },
      best: { score: 4, max: 5, at: 1, revision: "r" },
      attempts: [attempt("1", 1, 4), attempt("2", 2)],
    }),
    change: ({ record, told }) =>
      told.told(record.assessment("module").change((there) => record.merged(record.submitted(there, attempt("new", 9, 0)), there))),
  },
};

/** A text in a record's place: whole, cut, with values of other kinds in it, of other versions. */
function damaged(whole: string, random: (n: number) => number): string {
  const values = [
    "null",
    "1",
    "-1",
    '"x"',
    "[]",
    "{}",
    "true",
    "1e999",
    "[1]",
    '["a"]',
    '[{"id":1}]',
    '{"score":9,"max":1}',
    "{",
    '"\\u0000"',
  ];
  const pieces = [...whole.matchAll(/(?<=:|,|\[)(?:"[^"]*"|[0-9.]+|null|true|false|\{[^{}]*\}|\[[^[\]]*\])(?=[,}\]])/g)];
  let made = whole;
  for (let times = random(4); times > 0; times--) {
    const { 0: piece } = pieces[random(pieces.length)]!;
    made = made.replace(piece, values[random(values.length)]!);
  }
  const version = ["1", "2", "0", "-1", "1.5", "99", '"1"', "null", "1e999"][random(9)]!;
  if (random(4) === 0) made = made.replace('"version":1', `"version":${version}`);
  return random(6) === 0 ? made.slice(0, random(made.length)) : made;
}

/** What a record holds, by a name for each thing. Read without the site's code. */
function things(record: string): Map<string, string> {
  const { items = {}, attempts = [], best } = JSON.parse(record) as { items?: object; attempts?: { id?: string }[]; best?: unknown };
  const all = [...Object.entries(items), ...attempts.map((one) => [String(one?.id), one] as const)];
  return new Map([...all, ...(best ? [["best", best] as const] : [])].map(([name, thing]) => [name, JSON.stringify(thing)]));
}

test("whatever stands in a record's place, nothing is lost, and what is said is true", { timeout: 60_000 }, () => {
  const said = new Map<string, number>();
  const random = dice(3);
  for (const [name, { whole, change }] of Object.entries(KINDS)) {
    for (let round = 0; round < 1500; round++) {
      browser.clear();
      const before = round ? damaged(whole, random) : whole;
      put(QUIZ + name, before);
      const used = QUIZ.length + name.length + before.length;
      browser.room = random(3) ? Infinity : used + random(600);
      browser.blocked = random(20) === 0;
      const [full, blocked] = [browser.room < Infinity, browser.blocked];
      const told = change(first);
      browser.blocked = false;
      const now = first.tab.view.get(QUIZ + name)!;
      const copies = [...first.tab.view].filter(([key]) => key.startsWith(`${QUIZ}${name}:damaged:`)).map(([, copy]) => copy);
      const about = `${name}: ${told}\n${before}\n${now}\n${copies.join("\n")}`;
      const sentence = /newer|does not let|Some of|What your|^$/.exec(told)![0];
      said.set(sentence, (said.get(sentence) ?? 0) + 1);
      if (sentence === "newer")
        assert.ok(now === before && Number.isInteger(JSON.parse(before).version) && JSON.parse(before).version > 1, about);
      else if (sentence === "does not let") assert.ok(now === before && (full || blocked), about);
      else {
        const after = things(now);
        assert.ok(after.has("new") && !blocked, about);
        const kept = (): boolean => [...things(before)].every(([thing, value]) => after.get(thing) === value);
        const [part, all] = [sentence === "Some of", sentence === "What your"];
        if (part || all) assert.deepEqual(copies, [before], about);
        else assert.ok(kept() && !copies.length, about);
        if (part) assert.ok(!kept() || name === "module", about); // of an assessment the draft is the tab's own
        if (all) assert.ok(after.size === 1 || (name === "module" && after.size === 2), about);
      }
    }
  }
  for (const sentence of ["newer", "does not let", "Some of", "What your", ""])
    assert.ok(said.get(sentence)! > 100, `${sentence}: ${said.get(sentence)}`);
});

test("a copy that is there already is not made again while there is no room for more", () => {
  put(`${QUIZ}checks`, "{");
  browser.room = 80; // for the copy, and not for the answer
  for (let times = 0; times < 5; times++) assert.match(KINDS.checks!.change(first), /does not let/);
  assert.equal(first.tab.view.size, 2);
  browser.room = Infinity;
  assert.match(KINDS.checks!.change(first), /copied aside/);
  assert.equal([...first.tab.view.values()].filter((copy) => copy === "{").length, 1);
});

test("an older record is read and written anew, a newer one is left alone", () => {
  const { slot, told } = first;
  const now = new slot.Slot<string[]>("list", {
    version: 2,
    none: () => [],
    read: ({ all }) => (Array.isArray(all) ? { value: all as string[], strange: 0 } : undefined),
    write: (all) => ({ all }),
    older: ({ version, one }) => (version === 1 ? { all: [one] } : undefined),
  });
  const key = `${QUIZ}list`;
  put(key, text({ one: "a" }));
  assert.deepEqual([now.find().state, now.load()], ["whole", ["a"]]);
  assert.equal(told.told(now.change((all) => [...all, "b"])), "");
  assert.equal(first.tab.view.get(key), '{"version":2,"all":["a","b"]}');
  put(key, '{"version":3,"all":["z"]}');
  assert.match(told.told(now.change((all) => [...all, "b"])), /newer version.*left as they are/);
  assert.equal(first.tab.view.get(key), '{"version":3,"all":["z"]}');
  put(key, '{"version":0,"one":"a"}'); // no page wrote it
  assert.match(told.told(now.change((all) => [...all, "b"])), /cannot be read. It was copied aside/);
});

test("edits of every age are read; what cannot be read is put aside with its text, once", () => {
  const { edits, source } = first;
  const key = edits.keyOf("p/", "one");
  const open = () => new source.Source("x = 1", "hash", key);
  put(key, '{"code":"x = 2","base":"hash"}'); // as the first pages wrote them
  put(`${key}~old`, '{"code":"x = 3","base":"hash","at":5}');
  put(`${key}~now`, '{"version":1,"code":"x = 4","base":"hash","at":6}');
  assert.deepEqual(
    edits.all(key).map(({ code }) => code),
    ["x = 4", "x = 3", "x = 2"],
  );
  const newer = '{"version":2,"code":["x"]}';
  put(`${key}~newer`, newer);
  const random = dice(8);
  for (let round = 0; round < 400; round++) {
    first.tab.view.delete(`${key}~bad`);
    for (const name of first.tab.view.keys()) if (name.includes(":damaged:")) first.tab.view.delete(name);
    const bad = damaged('{"version":1,"code":"mine","base":"hash","at":7}', random);
    put(`${key}~bad`, bad);
    const full = random(3) === 0;
    browser.room = full ? 0 : Infinity;
    const { unread, code } = open();
    const values = [...first.tab.view].filter(([name]) => !/~(now|old|newer)$/.test(name)).map(([, value]) => value);
    assert.ok(values.includes(bad), bad);
    const older = /"version":(2|99)\b/.test(bad) && unread.newer === 2;
    const isRead = code === "mine" || older || edits.all(key).some(({ name }) => name === `${key}~bad`);
    assert.equal(unread.damaged.includes(bad), !isRead, bad);
    assert.equal(first.tab.view.has(`${key}~bad`), isRead || full, bad);
    if (!full) assert.deepEqual(open().unread.damaged, []);
  }
  browser.room = Infinity;
  assert.equal(first.tab.view.get(`${key}~newer`), newer);
});

test("a browser that refuses an edit and then takes it says so only as long as it is so", () => {
  const { edits, source } = first;
  const mine = new source.Source("x = 1", "hash", edits.keyOf("p/", "one"));
  const heard: boolean[] = [];
  mine.addEventListener("kept", () => heard.push(mine.refused));
  for (const [room, code] of [
    [0, "a"],
    [0, "b"],
    [Infinity, "c"],
    [0, "d"],
  ] as const) {
    browser.room = room;
    mine.edit(code, "editor");
    mine.save();
  }
  mine.reset();
  assert.deepEqual(heard, [true, false, true, false]);
});

test("keeping mine where there is no room drops nothing of the other's", () => {
  const { edits, source } = first;
  const key = edits.keyOf("p/", "one");
  const mine = new source.Source("x = 1", "hash", key);
  mine.edit("mine", "editor");
  put(`${key}~other`, '{"version":1,"code":"other","base":"hash","at":5}');
  browser.room = 0;
  mine.pass(mine.other!);
  assert.deepEqual([mine.refused, mine.other?.code], [true, "other"]);
});

test("tabs that write at once lose nothing, and come to agree", { timeout: 60_000 }, () => {
  vi.useFakeTimers({ toFake: ["Date"] });
  for (let seed = 1; seed <= 200; seed++) {
    vi.setSystemTime(1_000_000 * seed);
    browser.clear();
    for (const { tabs } of OPEN) tabs.forget(null);
    const random = dice(seed);
    const answered = new Map<string, number>();
    const missed = new Map<string, number>();
    const did = new Map<string, number>();
    const attempts: string[] = [];
    const mine = OPEN.map(({ record }) => record.empty("r"));
    for (let step = 0; step < 25; step++) {
      vi.setSystemTime(Date.now() + random(3));
      const at = random(3);
      const { tab, checks, schedule, record, done } = OPEN[at]!;
      const name = `q${random(6)}`;
      tab.does(() => {
        switch (random(4)) {
          case 0:
            checks.answered(name, check(Date.now(), random(2) === 0));
            answered.set(name, Date.now());
            break;
          case 1:
            schedule.note(name, "p/", false);
            missed.set(name, Date.now());
            break;
          case 2:
            done.add(name);
            if (!did.has(name)) did.set(name, Date.now());
            break;
          default: {
            if (attempts.length === record.ATTEMPTS) break;
            attempts.push(`n${step}`);
            mine[at] = record.submitted(mine[at]!, attempt(`n${step}`, Date.now(), random(5)));
            const draft = { revision: "r", questions: [String(step)], orders: {}, answers: {}, at: step };
            const all = { ...mine[at]!, draft };
            const again = (there: typeof all) => record.merged({ ...there, attempts: all.attempts, best: all.best }, there as never);
            mine[at] = record.assessment("module").change((there) => record.merged(all, there), again as never).value;
          }
        }
      });
      for (let times = random(4); times > 0; times--) OPEN[random(3)]!.tab.hears();
    }
    browser.settle();
    const [view, ...others] = OPEN.map(({ tab }) => Object.fromEntries(tab.view));
    for (const other of others) assert.deepEqual(other, view, `seed ${seed}`);
    const { checks, schedule, record, done } = first;
    first.tab.does(() => {
      for (const [name, at] of answered) assert.equal(checks.checks.load()[name]?.at, at, `seed ${seed}, answer ${name}`);
      for (const [name, at] of missed) assert.ok(schedule.review.load()[name]!.at <= at + schedule.DAY, `seed ${seed}, missed ${name}`);
      for (const [name, at] of did) assert.equal(done.done.load()[name], at, `seed ${seed}, done ${name}`);
      const found = record.assessment("module").load();
      assert.deepEqual(found.attempts.map(({ id }) => id).sort(), [...attempts].sort(), `seed ${seed}`);
      assert.equal(found.best?.score, attempts.length ? Math.max(...found.attempts.map(({ score }) => score)) : undefined);
    });
  }
});

test("of two things a tab chooses the same, whichever of them it holds", () => {
  const { checks, schedule, record } = first;
  const due = { page: "p/", stage: 0, at: 1 };
  const best = { score: 1, max: 2, at: 1, revision: "r" };
  const [one, same] = [check(1), check(1, false)];
  assert.deepEqual(checks.later(one, same), checks.later(same, one));
  assert.deepEqual(schedule.sooner(due, { ...due, stage: 1 }), schedule.sooner({ ...due, stage: 1 }, due));
  for (const other of [
    { ...best, revision: "s" },
    { ...best, score: 2, max: 4 },
  ])
    assert.deepEqual(record.better(best, other), record.better(other, best));
});

test("what is forgotten in one tab is not brought back by another", () => {
  const [a, b] = [first, second];
  a.tab.does(() => a.done.add("page"));
  browser.settle();
  b.tab.does(() => b.tab.storage.removeItem(`${QUIZ}progress`));
  browser.settle();
  b.tab.does(() => b.done.add("other"));
  browser.settle();
  assert.deepEqual(
    a.tab.does(() => Object.keys(a.done.done.load())),
    ["other"],
  );
});
