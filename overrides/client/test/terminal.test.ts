import assert from "node:assert/strict";
import { test } from "vitest";
import cases from "../../../tests/site/terminal_cases.json";
import { Terminal } from "../src/output/terminal";

/** The text on the screen after writing the pieces one after another. */
function shown(...pieces: string[]): string {
  const terminal = new Terminal();
  return pieces.map((piece) => terminal.write(piece)).join("") + terminal.line;
}

/** Spaces for the tabs of one line. */
function spaced(line: string): string {
  const [first, ...others] = line.split("\t");
  return others.reduce((text, part) => text.padEnd((Math.floor(text.length / 8) + 1) * 8) + part, first!);
}

test("as tmux, and as the build", () => {
  for (const { text, shown: expected } of cases) assert.equal(spaced(shown(text)).replace(/ +$/, ""), expected, JSON.stringify(text));
});

test("however the text is cut", () => {
  for (const { text } of cases.slice(0, 120)) {
    const whole = shown(`first\n${text}\nlast`);
    for (let at = 0; at <= text.length; at++) {
      if (/[\udc00-\udfff]/.test(text[at] ?? "")) continue; // Python sends whole characters
      assert.equal(shown(`first\n${text.slice(0, at)}`, `${text.slice(at)}\nlast`), whole, JSON.stringify([text, at]));
    }
    assert.equal(shown("first\n", ...text, "\nlast"), whole);
  }
});

test("plain text is left as it is", () => {
  assert.equal(shown("a\nb", "c\n", "\n", "\t d  "), "a\nbc\n\n\t d  ");
});

test("a carriage return before a newline hides nothing", () => {
  assert.equal(shown("one\r\ntwo\r", "\nthree"), "one\ntwo\nthree");
});

test("what never ends is bounded", () => {
  for (const text of ["\x1b[999999999Cx", "a\r\x1b[999999999@"]) assert.equal(shown(text).length, 10_001);
  assert.ok(shown("\x1b]8;;never\nshown").endsWith("\nshown"));
});
