import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";

/** What the browser has: enough of it to keep an edit. */
const kept = new Map<string, string>();
let refuses = false;
const refuse = () => {
  if (refuses) throw new DOMException("full", "QuotaExceededError");
};
Object.assign(globalThis, {
  window: globalThis,
  localStorage: {
    getItem: (key: string) => kept.get(key) ?? null,
    setItem: (key: string, value: string) => (refuse(), kept.set(key, value)),
    removeItem: (key: string) => kept.delete(key),
  },
});

const { keyOf } = await import("../src/cell/store");
const { Source } = await import("../src/cell/source");
const KEY = keyOf("http://a/", "chapters/x/", "one");
const open = (published = "x = 1", hash = "aaaaaaaaaaaa") => new Source(published, hash, KEY);

beforeEach(() => {
  kept.clear();
  refuses = false;
});

test("two sites of one origin keep apart", () => {
  assert.equal(KEY, "engineroom:cell:1:chapters/x/#one");
  assert.notEqual(keyOf("http://a/book/", "chapters/x/", "one"), KEY);
});

test("an edit is there when the page is opened again, until Reset", () => {
  const first = open();
  first.edit("x = 2", "editor");
  first.save();
  assert.equal(open().code, "x = 2");
  open().reset();
  assert.equal(open().code, "x = 1");
  assert.equal(kept.size, 0);
});

test("an edit back to the published code keeps nothing", () => {
  const source = open();
  source.edit("x = 2", "editor");
  source.save();
  source.edit("x = 1", "editor");
  source.save();
  assert.equal(kept.size, 0);
});

test("an edit of code that has been published anew says so until it is decided", () => {
  const old = open();
  old.edit("x = 2", "editor");
  old.save();
  const reopened = open("x = 10", "bbbbbbbbbbbb");
  assert.deepEqual([reopened.outdated, reopened.code], [true, "x = 2"]);
  reopened.edit("x = 3", "editor");
  reopened.save();
  assert.equal(open("x = 10", "bbbbbbbbbbbb").outdated, true);
  reopened.rebase();
  assert.deepEqual([open("x = 10", "bbbbbbbbbbbb").outdated, open("x = 10", "bbbbbbbbbbbb").code], [false, "x = 3"]);
});

test("code from a link does not overwrite the kept edit until it is taken", () => {
  const source = open();
  source.edit("mine", "editor");
  source.borrow("theirs");
  assert.deepEqual([source.code, source.unconfirmed, open().code], ["theirs", true, "mine"]);
  source.giveBack();
  assert.deepEqual([source.code, source.unconfirmed], ["mine", false]);
  source.borrow("theirs");
  source.confirm();
  assert.equal(open().code, "theirs");
});

test("changing a borrowed code makes it the reader's", () => {
  const source = open();
  source.borrow("theirs");
  source.edit("theirs, changed", "editor");
  source.save();
  assert.deepEqual([source.unconfirmed, open().code], [false, "theirs, changed"]);
});

test("a refusing browser loses the copy, not the code", () => {
  refuses = true;
  const source = open();
  source.edit("x = 2", "editor");
  source.save();
  assert.equal(source.code, "x = 2");
});

test("what is kept but makes no sense is ignored", () => {
  for (const text of ["{", "null", "3", '{"code": 3, "base": ""}']) {
    kept.set(KEY, text);
    assert.equal(open().code, "x = 1");
  }
});
