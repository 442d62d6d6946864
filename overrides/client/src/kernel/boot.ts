/**
 * Starts Python, the fastest way that works: from a kept snapshot, else from compiled code, else as Pyodide comes.
 *
 * Everything is fetched at once. Pyodide asks for its files through `fetch` and `WebAssembly.instantiateStreaming`; while it starts,
 * both answer from what has been fetched already.
 */

import { type Boot, Downloads } from "./downloads";
import type { Progress, Started as How } from "./protocol";
import type { LoadOptions, Pyodide, PyodideModule } from "./pyodide";
import * as snapshot from "./snapshot";

const SITE = "/lib/python3.12/site-packages";
const CORE = "pyodide.asm.wasm";

export interface Started extends How {
  python: Pyodide;
  /** Keeps the snapshot for the next visit, if this start made one. Call it when there is nothing better to do. */
  keepSnapshot(): Promise<void>;
}

export async function start(runtime: string, env: Record<string, string>, report: (progress: Progress) => void): Promise<Started> {
  const began = performance.now();
  const times: Record<string, number> = {};
  const mark = (name: string): void => void (times[name] = Math.round(performance.now() - began));

  const downloads = new Downloads(runtime, report);
  const booting = downloads.boot();
  const stored = snapshot.find(runtime);
  // These names never change, so they need not wait for the list.
  const core = downloads.code(CORE);
  const loader = downloads.script<PyodideModule>("pyodide.mjs", 0);
  const glue = downloads.script<unknown>("pyodide.asm.js", 0);
  for (const promise of [core, loader, glue]) promise.catch(() => {});
  const boot = await booting;
  downloads.expect(total(boot));
  mark("boot.json");

  const standard = downloads.bytes("fast/stdlib.zip");
  const archives = Promise.all(boot.fast.archives.map((file) => downloads.bytes(file)));
  const shared = Promise.all(Object.entries(boot.fast.shared).map(async ([file, path]) => [path, await downloads.bytes(file)] as const));
  const compiled = shared.then((all) => warm(all));
  for (const promise of [standard, archives, shared, compiled]) promise.catch(() => {});

  const kept = await stored;
  const fitting = kept?.fits(boot.version) ? await kept.bytes().catch(() => null) : null;
  if (kept && !fitting) await snapshot.forget();
  mark("snapshot");
  const { loadPyodide } = await loader;
  await glue;
  mark("scripts");

  const files = { core: await core, standard: await standard, lock: downloads.url("pyodide-lock.json") };
  mark("core");
  const load = (options: Partial<LoadOptions>): Promise<Pyodide> =>
    withFiles(files, () => loadPyodide({ indexURL: runtime, stdLibURL: STANDARD, env, ...options }));

  let made: Uint8Array | null = null;
  const finish = async (python: Pyodide, way: Started["way"]): Promise<Started> => {
    mark("started");
    const [numpy, own] = await archives;
    python.unpackArchive(own!, "zip", { extractDir: SITE });
    if (way === "fast") {
      python.runPython(PRELOAD);
      mark("preloaded");
      try {
        made = python.makeMemorySnapshot();
      } catch (error) {
        console.warn("Python starts without a snapshot next time:", error);
      }
      mark("memory copied");
    }
    python.unpackArchive(numpy!, "zip", { extractDir: SITE });
    mark("unpacked");
    for (const [path, bytes] of await shared) {
      const target = `${SITE}/${path}`;
      python.FS.mkdirTree(target.slice(0, target.lastIndexOf("/")));
      python.FS.writeFile(target, bytes, { canOwn: true });
    }
    await compiled;
    mark("compiled");
    python.runPython(way === "snapshot" ? `${RESEED}\nimport numpy` : "import numpy");
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
      return await finish(await load({ _loadSnapshot: fitting }), "snapshot");
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

const STANDARD = "engineroom:stdlib";

function total(boot: Boot): number {
  const names = [CORE, "fast/stdlib.zip", ...boot.fast.archives, ...Object.keys(boot.fast.shared)];
  return names.reduce((sum, name) => sum + (boot.files[name]?.bytes ?? 0), 0);
}

/** Compile in the background what \`import numpy\` will ask for: the browser finds it again by its bytes. */
async function warm(all: (readonly [string, Uint8Array])[]): Promise<WebAssembly.Module[]> {
  const needed = all.filter(([path]) => /_multiarray_umath|_umath_linalg|_multiarray_tests/.test(path));
  return Promise.all(needed.map(([, bytes]) => WebAssembly.compile(bytes as BufferSource)));
}

interface Files {
  core: WebAssembly.Module;
  standard: Uint8Array;
  lock: string;
}

async function withFiles<T>(files: Files, work: () => Promise<T>): Promise<T> {
  const { fetch: realFetch } = globalThis;
  const realInstantiate = WebAssembly.instantiateStreaming;
  globalThis.fetch = async (input: RequestInfo | URL, init?: RequestInit) => {
    const url = input instanceof Request ? input.url : String(input);
    if (url.endsWith(STANDARD)) return new Response(files.standard as BufferSource);
    if (url.endsWith(CORE)) return new Response(null);
    return realFetch(input, init);
  };
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
