import assert from "node:assert/strict";
import { test } from "vitest";
import { linked, linkTo, pack, unpack } from "../src/cell/share";

const CODES = [
  "",
  "print('<eos>')",
  "naïve = '🦊'  # ½\n\tx\r\n",
  "x = 1\n".repeat(5000),
  String.fromCodePoint(...Array.from({ length: 400 }, (_, i) => i * 97 + 1).filter((c) => c < 0xd800)),
];

test("what is packed comes out again", async () => {
  for (const code of CODES) assert.equal(await unpack(await pack(code)), code);
});

test("a packed code needs no escaping in a link", async () => {
  for (const code of CODES) assert.match(await pack(code), /^[\w-]*$/);
});

test("a link names its cell and carries its code", async () => {
  const url = new URL(await linkTo("http://a/chapters/x/?q=1#old", "by-hand & more", "a + b"));
  assert.equal(url.pathname + url.search, "/chapters/x/?q=1");
  const { id, packed } = linked(url.hash)!;
  assert.deepEqual([id, await unpack(packed)], ["by-hand & more", "a + b"]);
});

test("an ordinary hash is no link to a cell", () => {
  for (const hash of ["", "#section", "#cell=x", "#code=abc"]) assert.equal(linked(hash), undefined);
});

test("a damaged link is refused", async () => {
  const packed = await pack("print('a longer piece of code than one byte')");
  for (const bad of ["%%%", packed.slice(0, 10), "AAAA"]) await assert.rejects(unpack(bad));
});

test("a small link cannot unpack to an enormous text", async () => {
  await assert.rejects(unpack(await pack("x".repeat(2_000_000))), RangeError);
});
