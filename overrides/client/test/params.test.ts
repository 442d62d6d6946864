import assert from "node:assert/strict";
import { test } from "vitest";
import cases from "../../../tests/site/params_cases.json";
import { readParams, writeParam } from "../src/cell/params";

for (const { name, code, params } of cases as { name: string; code: string; params?: unknown[] }[]) {
  test(`as the build reads it: ${name}`, () => {
    const read = readParams(code);
    if (params) assert.deepEqual(read, params);
    else
      assert.ok(
        read.length <= 1 && !read.some(({ line }) => line === (cases.find((c) => c.name === name) as { error_line?: number }).error_line),
      );
  });
}

test("a value that is written is the value that is read", () => {
  const strings = ["", "a", 'say "hi"', "it's", "back\\slash", "a tab\t, \u2028 and \x07", "# no comment", "🦊 ½"];
  for (const quote of ['"', "'"]) {
    for (const value of strings) {
      const code = writeParam(`x = 1\ntext = ${quote}old${quote}  # @param {type:"string"}\ny = 2`, "text", value);
      assert.deepEqual(
        readParams(code).map((param) => param.value),
        [value],
      );
      assert.equal(code.split("\n").length, 3);
    }
  }
  for (const value of [0, -3, 512, 0.25]) {
    assert.equal(readParams(writeParam('x = 1  # @param {type:"number"}', "x", value))[0]!.value, value);
  }
});

test("only the value changes", () => {
  const code = 'a = 1\nn: int = 3   # @param {type:"slider", min:0, max:9}\nb = n';
  assert.equal(writeParam(code, "n", 7), code.replace("3 ", "7 "));
  assert.equal(writeParam(code, "m", 7), code);
});

test("a float stays a float, a flag stays a flag", () => {
  assert.equal(
    writeParam('t = 0.5  # @param {type:"slider", min:0, max:2, step:0.5}', "t", 1),
    't = 1.0  # @param {type:"slider", min:0, max:2, step:0.5}',
  );
  assert.equal(writeParam('on = True  # @param {type:"boolean"}', "on", false), 'on = False  # @param {type:"boolean"}');
});
