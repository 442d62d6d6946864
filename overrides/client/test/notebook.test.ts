import assert from "node:assert/strict";
import { test } from "vitest";
import { fileName, withCodes } from "../src/cell/notebook";

const built = {
  nbformat: 4,
  metadata: { title: "kept" },
  cells: [
    { id: "words", cell_type: "markdown", source: "# Text" },
    { id: "one", cell_type: "code", source: ["x = 1\n", "x"], outputs: [{ output_type: "execute_result" }], execution_count: 1 },
    { id: "n2", cell_type: "code", source: "y", outputs: [{}], execution_count: 2, metadata: { engineroom: { id: "two" } } },
  ],
};

test("an edited cell has the reader's code and no outputs of other code", () => {
  const cell = withCodes(built, new Map([["one", "x = 2\nx"]])).cells[1]!;
  assert.deepEqual([cell.source, cell.outputs, cell.execution_count], ["x = 2\nx", [], null]);
});

test("a cell is found by the id its page gives it", () => {
  assert.equal(withCodes(built, new Map([["two", "z"]])).cells[2]!.source, "z");
});

test("an unedited cell, a markdown cell and the rest of the notebook are left alone", () => {
  assert.deepEqual(
    withCodes(
      built,
      new Map([
        ["one", "x = 1\nx\n"],
        ["words", "no"],
      ]),
    ),
    built,
  );
});

test("the file is named after its page", () => {
  assert.equal(fileName("http://a/b/chapters/self-attention/notebook.ipynb"), "self-attention.ipynb");
  assert.equal(fileName("http://a/notebook.ipynb"), "notebook.ipynb");
});
