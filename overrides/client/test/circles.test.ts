import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { test } from "vitest";

const SRC = new URL("../src/", import.meta.url).pathname;
const IMPORT = /\b(?:from|import)\s*\(?\s*"(\.[^"]+)"/g;

/** What each module imports of ours: types and what is loaded later, too. */
const imports = new Map(
  readdirSync(SRC, { recursive: true, encoding: "utf8" })
    .filter((file) => file.endsWith(".ts"))
    .map((file) => {
      const found = [...readFileSync(join(SRC, file), "utf8").matchAll(IMPORT)];
      return [file, found.map(([, path]) => `${join(dirname(file), path!)}.ts`)];
    }),
);

function circle(file: string, way: string[] = [], done = new Set<string>()): string[] | undefined {
  if (way.includes(file)) return [...way.slice(way.indexOf(file)), file];
  if (done.has(file)) return undefined;
  done.add(file);
  for (const next of imports.get(file) ?? []) {
    const found = circle(next, [...way, file], done);
    if (found) return found;
  }
  return undefined;
}

test("no module imports itself by way of others", () => {
  assert.ok(imports.size > 80 && [...imports.values()].flat().length > 150);
  for (const file of imports.keys()) assert.deepEqual(circle(file), undefined);
});
