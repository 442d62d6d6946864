// Bundles the browser side: node build.mjs --out DIR [--only quiz]. Writes content-hashed files and manifest.json.
// With `--only quiz` the questions alone, for sites that have no live cells.
import { mkdir, rm, writeFile } from "node:fs/promises";
import { basename, dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import * as esbuild from "esbuild";

const here = dirname(fileURLToPath(import.meta.url));
const { out, only } = parseArgs({ options: { out: { type: "string" }, only: { type: "string" } } }).values;
if (!out || (only && only !== "quiz")) throw new Error("usage: node build.mjs --out DIR [--only quiz]");
const outdir = resolve(out);
await rm(outdir, { recursive: true, force: true });
await mkdir(outdir, { recursive: true });

// The text fonts, wanted at once on every page.
const PRELOAD = ["source-serif-4-latin-400-normal", "source-serif-4-latin-600-normal", "source-sans-3-latin-wght-normal"];

/** The stylesheets of packages offer the same font as woff2, woff and ttf; every browser this site runs in reads woff2. */
const woff2Only = {
  name: "woff2-only",
  setup(build) {
    build.onLoad({ filter: /katex[\\/]dist[\\/].*\.css$/ }, async ({ path }) => {
      const { readFile } = await import("node:fs/promises");
      const css = await readFile(path, "utf8");
      return { contents: css.replace(/,\s*url\([^)]*\.(?:woff|ttf)\)\s*format\([^)]*\)/g, ""), loader: "css" };
    });
  },
};

const common = {
  absWorkingDir: here,
  outdir,
  bundle: true,
  minify: true,
  metafile: true,
  format: "esm",
  target: ["chrome111", "firefox115", "safari16.4"],
  entryNames: "[name]-[hash]",
  chunkNames: "[name]-[hash]",
  assetNames: "[name]-[hash]",
  nodePaths: [join(here, "node_modules")],
  loader: { ".woff2": "file" },
  legalComments: "none",
  logLevel: "warning",
  plugins: [woff2Only],
};

/** Built files of an entry point: [the entry, what it imports statically]. */
function files(result, entry) {
  const made = Object.entries(result.metafile.outputs);
  const [path, { imports }] = made.find(([, file]) => file.entryPoint === entry);
  const chunks = imports.filter(({ kind }) => kind === "import-statement").map(({ path }) => basename(path));
  return [basename(path), chunks];
}

/** The npm packages that went in, for the credits. */
function packages(...results) {
  const inputs = results.flatMap((result) => Object.keys(result.metafile.inputs));
  return [...new Set(inputs.map((path) => /.*node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(path)?.[1]).filter(Boolean))].sort();
}

// On pages with questions only, which link to it themselves.
const QUIZ = "../styles/quiz.css";
const quiz = await esbuild.build({ ...common, entryPoints: [QUIZ] });
const [quizFile] = files(quiz, QUIZ);

const manifest = only ? await questions() : await everything();
await writeFile(join(outdir, "manifest.json"), `${JSON.stringify({ ...manifest, quiz: [quizFile] }, null, 2)}\n`);

async function questions() {
  const entry = "src/quiz.ts";
  const result = await esbuild.build({ ...common, entryPoints: [entry], splitting: true });
  const [file] = files(result, entry);
  return { js: [file], packages: packages(result) };
}

async function everything() {
  const WORKER = "src/kernel/worker.ts";
  const worker = await esbuild.build({ ...common, entryPoints: [WORKER] });
  const [workerFile] = files(worker, WORKER);

  const SEARCH = "src/search/worker.ts";
  const search = await esbuild.build({ ...common, entryPoints: [SEARCH], entryNames: "search-[hash]" });
  const [searchFile] = files(search, SEARCH);

  const MAIN = "src/main.ts";
  const main = await esbuild.build({
    ...common,
    entryPoints: [MAIN],
    splitting: true,
    define: { WORKER_FILE: JSON.stringify(workerFile) },
  });
  const [mainFile, chunks] = files(main, MAIN);

  const STYLES = "../styles/index.css";
  const styles = await esbuild.build({ ...common, entryPoints: [STYLES] });
  const [cssFile] = files(styles, STYLES);

  const assets = Object.keys(styles.metafile.outputs).map((path) => basename(path));
  const preload = PRELOAD.map((font) => assets.find((name) => name.startsWith(font))).filter(Boolean);
  return {
    js: [mainFile],
    modulepreload: chunks,
    css: [cssFile],
    preload,
    worker: workerFile,
    search: [searchFile],
    packages: packages(worker, main, styles),
  };
}
