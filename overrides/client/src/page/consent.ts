/**
 * What costs more than a megabyte is fetched after the reader has said so, once.
 *
 * A press of Run is a yes to what the page has said it fetches. A moved control is none. What the browser has kept costs nothing.
 */
import type { Boot } from "../kernel/downloads";
import type { Wanted } from "../kernel/protocol";
import { pageConfig } from "./config";
import { kernelNow } from "./kernel";

const UNASKED = 1_000_000; // bytes
const PYTHON = "Python";
const agreed = new Set<string>();

/** Says "change" when the reader has agreed to something. */
export const consent = new EventTarget();

export function hasAgreed({ name }: Wanted): boolean {
  return agreed.has(name);
}

export function agree({ name }: Pick<Wanted, "name">): void {
  if (agreed.has(name)) return;
  agreed.add(name);
  consent.dispatchEvent(new Event("change"));
}

/** The reader has pressed Run: Python may come. */
export const agreeToPython = (): void => agree({ name: PYTHON });

/** Python is here, or on its way. */
export function pythonIsHere(): boolean {
  const state = kernelNow()?.state;
  return state === "ready" || state === "busy" || state === "loading";
}

/** What has to be asked before Python starts; nothing, where it may start. */
export async function pythonFirst(): Promise<Wanted | undefined> {
  if (pythonIsHere() || agreed.has(PYTHON)) return undefined;
  const bytes = await (looking ??= missing().finally(() => (looking = undefined)));
  return bytes > UNASKED ? { name: PYTHON, bytes } : undefined;
}

let looking: Promise<number> | undefined;

/** The bytes of Python that are to come: none, when the browser has its largest file. A list that does not come is for the start itself to report. */
async function missing(): Promise<number> {
  const { runtime } = pageConfig();
  const boot = await fetch(`${runtime}boot.json`)
    .then((response) => response.json() as Promise<Boot>)
    .catch(() => undefined);
  if (!boot) return 0;
  const { core, archives, shared } = boot.fast;
  const bytes = (file: string): number => boot.files[file]?.bytes ?? 0;
  const files = [...core, ...archives, ...Object.keys(shared)].sort((a, b) => bytes(b) - bytes(a));
  return (await isCached(runtime + files[0])) ? 0 : files.reduce((sum, file) => sum + bytes(file), 0);
}

async function isCached(url: string): Promise<boolean> {
  const enough = new AbortController();
  try {
    return (await fetch(url, { cache: "only-if-cached", mode: "same-origin", signal: enough.signal })).ok;
  } catch {
    return false;
  } finally {
    enough.abort(); // that it is there is all one wants to know
  }
}
