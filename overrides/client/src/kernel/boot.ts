/**
 * Starts Python, the fastest way that works: from a kept snapshot, else from compiled code, else as Pyodide comes.
 *
 * Everything is fetched at once. Pyodide asks for its files through `fetch` and `WebAssembly.instantiateStreaming`; while it starts,
 * both answer from what has been fetched already.
 */

import { Downloads } from "./downloads";
import type { Started as How, Progress } from "./protocol";
import type { LoadOptions, Pyodide, PyodideModule } from "./pyodide";
import * as snapshot from "./snapshot";
import { untar } from "./tar";
import type { Code } from "./wire";

const SITE = "/lib/python3.12/site-packages";
const CORE = "pyodide.asm.wasm";

export interface Started extends How {
  python: Pyodide;
  /** Keeps the snapshot for the next visit, if this start made one. Call it when there is nothing better to do. */
  keepSnapshot(): Promise<void>;
}

export async function start(
  runtime: string,
  env: Record<string, string>,
  code: Code,
  report: (progress: Progress) => void,
): Promise<Started> {
  const began = performance.now();
  const times: Record<string, number> = {};
  const mark = (name: string): void => void (times[name] = Math.round(performance.now() - began));

  const kept = await snapshot.find(runtime);
  mark("looked");
  const downloads = new Downloads(runtime, kept === null, code, report);
  const booting = downloads.boot((boot) => [...boot.fast.core, ...boot.fast.archives, ...Object.keys(boot.fast.shared)]);
  const memory = kept?.bytes().catch(() => null);
  // These names never change, so they need not wait for the list.
  const core = code[CORE] ? Promise.resolve({ module: code[CORE] }) : downloads.code(CORE);
  core.then(
    () => mark("core"),
    () => {},
  );
  const loader = downloads.script<PyodideModule>("pyodide.mjs");
  const glue = downloads.script<unknown>("pyodide.asm.js");
  const standard = downloads.bytes("fast/stdlib.zip");
  for (const promise of [core, loader, glue, standard]) promise.catch(() => {});
  const boot = await booting;
  mark("boot.json");

  const archives = Promise.all(boot.fast.archives.map(async (file) => untar(await downloads.bytes(file))));
  const shared = Promise.all(Object.entries(boot.fast.shared).map(([file, path]) => sharedObject(downloads, file, path)));
  for (const promise of [archives, shared]) promise.catch(() => {});

  const fitting = kept?.fits(boot.version) ? await memory : null;
  if (kept && !fitting) await snapshot.forget();
  mark("snapshot");
  const { loadPyodide } = await loader;
  await glue;
  mark("scripts");

  const { module } = await core;
  mark("files");
  // A restored memory has read the standard library's directory already: its file may come later.
  const load = async (options: Partial<LoadOptions>): Promise<Pyodide> =>
    withFiles({ core: module, standard: options._loadSnapshot ? new Uint8Array() : await standard }, () =>
      loadPyodide({ indexURL: runtime, stdLibURL: STANDARD, env, ...options }),
    );

  let made: Uint8Array | null = null;
  const finish = async (python: Pyodide, way: Started["way"]): Promise<Started> => {
    mark("started");
    const [numpy, own, more] = await archives;
    if (way === "snapshot") python.FS.writeFile("/lib/python312.zip", await standard, { canOwn: true });
    place(python, own!);
    if (way === "fast") {
      python.runPython(`import importlib; importlib.invalidate_caches()\n${PRELOAD}`);
      mark("preloaded");
      try {
        made = python.makeMemorySnapshot();
      } catch (error) {
        console.warn("Python starts without a snapshot next time:", error);
      }
      // While a snapshot may be made, Pyodide's `js` is a recording stand-in, whose `fetch` and the like refuse to be called.
      python.registerJsModule("js", globalThis);
      python.runPython("import sys; sys.modules.pop('js', None)");
      mark("memory copied");
    }
    place(python, numpy!);
    place(python, more!);
    const objects = await shared;
    place(python, objects);
    mark("unpacked");
    python.runPython(way === "snapshot" ? `${RESEED}; ${IMPORT}` : IMPORT);
    mark("numpy");
    return {
      python,
      way,
      times,
      keepSnapshot: async () => {
        const bytes = made;
        made = null;
        if (bytes) await snapshot.keep(runtime, boot.version, bytes);
      },
    };
  };

  if (fitting) {
    try {
      return await finish(await within(RESTORE_LIMIT, load({ _loadSnapshot: fitting })), "snapshot");
    } catch (error) {
      console.warn("Python's snapshot did not start; starting afresh:", error);
      await snapshot.forget();
    }
  }
  return finish(await load({ _makeSnapshot: true }), "fast");
}

/** As Pyodide comes: for when the fast way does not work in this browser. */
export async function startPlain(runtime: string, env: Record<string, string>): Promise<Started> {
  const { loadPyodide } = (await import(/* @vite-ignore */ `${runtime}pyodide.mjs`)) as PyodideModule;
  const python = await loadPyodide({ indexURL: runtime, env });
  await python.loadPackage(["numpy", "engineroom"]);
  return { python, way: "plain", times: {}, keepSnapshot: async () => {} };
}

/** Imported before the snapshot is taken: the session, and what NumPy takes from the standard library. No shared objects, no JavaScript. */
const PRELOAD = `
import engineroom.kernel.session
import ctypes, datetime, decimal, numbers, pathlib, pickle, platform, random, secrets, tempfile, textwrap, warnings, hashlib, hmac, bisect
`;

/** A restored memory would give every visit the same random numbers. */
const RESEED = "import random; random.seed()";

const IMPORT = "import importlib; importlib.invalidate_caches(); import numpy; numpy.ndarray";

/** Pyodide that cannot take a snapshot may wait for ever; the slowest machine restores one in a few seconds. */
const RESTORE_LIMIT = 15_000;

function within<T>(milliseconds: number, work: Promise<T>): Promise<T> {
  const late = new Promise<never>((_, reject) => setTimeout(() => reject(new Error("it took too long")), milliseconds));
  return Promise.race([work, late]);
}

const STANDARD = "engineroom:stdlib";

/** Put files below site-packages. */
function place(python: Pyodide, files: [path: string, bytes: Uint8Array, ...rest: unknown[]][]): void {
  const made = new Set<string>();
  for (const [path, bytes] of files) {
    const folder = `${SITE}/${path.slice(0, path.lastIndexOf("/") + 1)}`;
    if (!made.has(folder)) python.FS.mkdirTree(folder);
    made.add(folder);
    python.FS.writeFile(`${SITE}/${path}`, bytes, { canOwn: true });
  }
}

/** The third part only keeps the compiled code alive: asked to compile the same bytes again, the browser finds it. */
type SharedObject = [path: string, bytes: Uint8Array, module: WebAssembly.Module];

async function sharedObject(downloads: Downloads, file: string, path: string): Promise<SharedObject> {
  const { bytes, module } = await downloads.code(file);
  return [path, bytes, module];
}

interface Files {
  core: WebAssembly.Module;
  standard: Uint8Array;
}

async function withFiles<T>(files: Files, work: () => Promise<T>): Promise<T> {
  const { fetch: realFetch } = globalThis;
  const realInstantiate = WebAssembly.instantiateStreaming;
  const answer = async (url: string | URL, init?: RequestInit): Promise<Response> => {
    if (String(url).endsWith(STANDARD)) return new Response(files.standard as BufferSource);
    if (String(url).endsWith(CORE)) return new Response(null);
    return realFetch(url, init);
  };
  globalThis.fetch = answer as typeof fetch;
  WebAssembly.instantiateStreaming = async (_source: unknown, imports?: WebAssembly.Imports) => ({
    module: files.core,
    instance: await WebAssembly.instantiate(files.core, imports),
  });
  try {
    return await work();
  } finally {
    globalThis.fetch = realFetch;
    WebAssembly.instantiateStreaming = realInstantiate;
  }
}
