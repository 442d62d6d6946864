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

async function load(): Promise<Kernel> {
  const { runtime, data } = pageConfig();
  const { kernel } = await import("../kernel/client");
  return (loaded = kernel({ runtime, data, worker: new URL(WORKER_FILE, import.meta.url).href }));
}
