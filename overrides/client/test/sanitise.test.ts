import assert from "node:assert/strict";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseExpression } from "vega";
import { test } from "vitest";
import cases from "../../../tests/site/output_cases.json";
import { attribute } from "../src/output/attributes";
import { interpreter } from "../src/output/expressions";
import { refused } from "../src/output/figure-spec";
import { local } from "../src/output/values";
import { random } from "./random";

const SINKS =
  /\b(?:innerHTML|outerHTML|insertAdjacentHTML|setHTMLUnsafe|createContextualFragment|srcdoc|document\.write|eval\(|new Function)/;
const FIGURE = { data: { values: [{ a: 1 }] }, mark: "point", encoding: { x: { field: "a", type: "quantitative" } } };

test("an attribute keeps what the build keeps", () => {
  for (const [tag, name, value, kept] of cases.attributes)
    assert.equal(attribute(tag!, name!, value!, "m-") ?? null, kept, JSON.stringify([name, value]));
});

test("no spelling of an address passes", () => {
  const { pick: one } = random(14);
  for (let round = 0; round < 2000; round++) {
    const name = one(["url", "src", "image-set", "-webkit-image-set", "image", "cross-fade", "element", "paint"]);
    const spelt = [...name].map((letter) => (letter === "-" ? letter : one(spellings(letter)))).join("");
    const quote = name === "url" ? one(["'", '"', ""]) : '"';
    const value = `${one(["", "red ", "/**/", "url(#a) "])}${spelt}(${one(["", " "])}${quote}http://x/y#a${quote})`;
    assert.equal(local(value, "m-"), undefined, value);
  }
});

function spellings(letter: string): string[] {
  const code = letter.charCodeAt(0).toString(16);
  const upper = letter.toUpperCase();
  return [letter, upper, `\\${code} `, `\\${code.padStart(6, "0")}`, `\\${upper.charCodeAt(0).toString(16).padStart(6, "0")}`];
}

test("a figure may say what the build lets it say", () => {
  for (const part of cases.figures.harmless) assert.equal(refused({ ...FIGURE, ...part }), undefined, JSON.stringify(part));
  for (const [path, part] of cases.figures.refused) assert.equal(refused({ ...FIGURE, ...(part as object) }), path);
});

test("an expression follows data, and nothing that leads out of the figure", () => {
  class Page {
    storage = { kept: "what the reader did" };
  }
  const datum = { a: { b: [1, 2] }, when: new Date(0), page: new Page(), does: () => "done" };
  const read = (text: string): unknown => {
    const value = interpreter.parameter!({ functions: {} }, { ast: parseExpression(text) }) as (datum: object) => unknown;
    return value(datum);
  };
  assert.deepEqual(
    [read("datum.a.b[1] + datum['a'].b.length"), read("datum.when"), read("upper('x') + datum['a']['b'][0]")],
    [4, datum.when, "X1"],
  );
  for (const path of [
    "page",
    "does",
    "constructor",
    "__proto__",
    "a.constructor",
    "a.b.push",
    "['__pro' + 'to__']",
    "[['__proto__']]",
    "when.getDay",
  ])
    assert.equal(read(path.startsWith("[") ? `datum${path}` : `datum.${path}`), undefined, path);
  assert.throws(() => read("datum.page.storage"));
});

test("text becomes elements by the sanitiser and by templates only", async () => {
  const src = fileURLToPath(new URL("../src", import.meta.url));
  const paths = (await readdir(src, { recursive: true })).filter((path) => path.endsWith(".ts"));
  assert.ok(paths.length > 80);
  for (const path of paths) assert.doesNotMatch(await readFile(join(src, path), "utf8"), SINKS, path);
});
