import assert from "node:assert/strict";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { test } from "vitest";

const SRC = fileURLToPath(new URL("../src", import.meta.url));

/** The files of ours that go into a bundle, each with those it imports. */
async function bundled(...entryPoints: string[]): Promise<Map<string, string[]>> {
  const options = {
    absWorkingDir: SRC,
    bundle: true,
    write: false,
    metafile: true,
    format: "esm",
    outdir: "out",
    logLevel: "error",
  } as const;
  const { metafile } = await build({ ...options, entryPoints, packages: "external", splitting: true });
  return new Map(Object.entries(metafile.inputs).map(([path, { imports }]) => [path, imports.map(({ path }) => path)]));
}

test("what other sites load for their questions holds the storage, and nothing of cells or Python", async () => {
  const files = [...(await bundled("quiz.ts")).keys()];
  assert.ok(files.includes("storage/slot.ts") && files.includes("quiz/assessment.ts"));
  assert.deepEqual(
    files.filter((path) => /^(?:cell|kernel|output|progress|navigation)\//.test(path)),
    [],
  );
});

test("the storage knows of no kind of record, and nobody else goes to the browser's", async () => {
  const room = (await readdir(join(SRC, "storage"))).map((name) => `storage/${name}`);
  for (const [path, imports] of await bundled(...room))
    if (path.startsWith("storage/")) for (const other of imports) assert.match(other, /^(?:storage\/|page\/config\.ts$)/, path);
  const all = (await readdir(SRC, { recursive: true })).filter((path) => path.endsWith(".ts") && path !== "storage/area.ts");
  for (const path of all) assert.doesNotMatch(await readFile(join(SRC, path), "utf8"), /\b(?:local|session)Storage\b/, path);
});
