import assert from "node:assert/strict";
import { test } from "vitest";
import { inColumns } from "../src/output/text";

test("columns have two spaces between them, and what is indented has none", () => {
  for (const text of ["a  b", "one line\nGPT-2      0.86", "[ 0.   1.5]"]) assert.ok(inColumns(text), text);
  for (const text of ["", "a b c", "  indented", "at the end  ", "a\n  b"]) assert.ok(!inColumns(text), text);
});
