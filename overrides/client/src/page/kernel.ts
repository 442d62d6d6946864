/** The tab's one kernel. Its client is loaded on the first intent to run or edit. */
import type { Kernel } from "../kernel/protocol";
import { pageConfig } from "./config";

let loading: Promise<Kernel> | undefined;
let loaded: Kernel | undefined;

export function theKernel(): Promise<Kernel> {
  loading ??= load().catch((error: unknown) => {
    loading = undefined;
    throw error;
  });
  return loading;
}

/** The kernel if its client has been loaded. */
export const kernelNow = (): Kernel | undefined => loaded;

/** Says "halt" when what runs is ended. */
export const halts = new EventTarget();

/** End what runs and forget what waits. */
export async function stop(): Promise<void> {
  halts.dispatchEvent(new Event("halt"));
  await loaded?.stop();
}

/** What has not reached the kernel's queue is stopped, too: then it gives nothing. */
export function unlessStopped<T>(work: Promise<T>): Promise<T | undefined> {
  const settled = new AbortController();
  const stopped = new Promise<undefined>((resolve) => {
    halts.addEventListener("halt", () => resolve(undefined), { once: true, signal: settled.signal });
  });
  return Promise.race([work, stopped]).finally(() => settled.abort());
}

async function load(): Promise<Kernel> {
  const { runtime, data } = pageConfig();
  const { kernel } = await import("../kernel/client");
  return (loaded = kernel({ runtime, data, worker: new URL(WORKER_FILE, import.meta.url).href }));
}
