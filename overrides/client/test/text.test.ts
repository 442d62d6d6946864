import assert from "node:assert/strict";
import { test } from "node:test";
import { inColumns, visible, write } from "../src/output/text";

/** The text on the screen after writing the pieces one after another. */
function shown(...pieces: string[]): string {
  let [settled, line] = ["", ""];
  for (const piece of pieces) {
    const written = write(line, piece);
    settled += written.settled;
    line = written.line;
  }
  return settled + visible(line);
}

test("plain text is left as it is", () => {
  assert.equal(shown("a\nb", "c\n", "\n", "  d"), "a\nbc\n\n  d");
});

test("a carriage return overwrites its line, however the text is cut", () => {
  const text = "load\n10 %\r50 %\r100%\ndone";
  for (let i = 0; i <= text.length; i++) {
    for (let j = i; j <= text.length; j++) assert.equal(shown(text.slice(0, i), text.slice(i, j), text.slice(j)), "load\n100%\ndone");
  }
});

test("a shorter text overwrites only what it covers, as in a terminal", () => {
  assert.equal(shown("abcdef\rxy\n"), "xycdef\n");
});

test("a carriage return before a newline hides nothing", () => {
  assert.equal(shown("one\r\ntwo\r", "\nthree"), "one\ntwo\nthree");
});

test("colour codes are dropped, angle brackets are not", () => {
  assert.equal(shown("\x1b[1;31m<eos>\x1b[0m"), "<eos>");
});

test("columns have two spaces between them, and what is indented has none", () => {
  for (const text of ["a  b", "one line\nGPT-2      0.86", "[ 0.   1.5]"]) assert.ok(inColumns(text), text);
  for (const text of ["", "a b c", "  indented", "at the end  ", "a\n  b"]) assert.ok(!inColumns(text), text);
});
