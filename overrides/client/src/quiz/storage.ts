/** The browser's storage, which may be blocked, full, or hold anything: nothing here throws. */
import { site } from "../page/config";

/** What a reader is told when answers are not kept, or those that were cannot be read. */
export const UNKEPT = "Your browser does not let this page keep answers (storage is blocked or full). They last until you leave the page.";
export const NEWER =
  "Your browser holds answers of a newer version of this page. They are left as they are; what you answer now is not kept.";
export const DAMAGED = "What your browser had kept of these answers cannot be read. It was copied aside, and you begin anew.";

/** `SITE/where/it/lies:quiz:1:NAME`: sites that share an address do not share answers. */
export function keyOf(name: string): string {
  const { id, base } = site();
  return `${id}${new URL(base).pathname.replace(/\/$/, "")}:quiz:1:${name}`;
}

/** undefined: the storage cannot be read. */
export function get(key: string): string | null | undefined {
  try {
    return localStorage.getItem(key);
  } catch {
    return undefined;
  }
}

/** Whether it was kept. */
export function set(key: string, text: string): boolean {
  try {
    localStorage.setItem(key, text);
    return true;
  } catch {
    return false;
  }
}

export function remove(key: string): void {
  try {
    localStorage.removeItem(key);
  } catch {
    // Nothing can have been kept.
  }
}

/** What could not be read is kept beside its place, so that nothing is lost; it may then be overwritten. */
export function putAside(key: string, text: string): boolean {
  for (let at = Date.now(); ; at++) {
    const there = get(`${key}:damaged:${at}`);
    if (there === text) return true;
    if (typeof there !== "string") return set(`${key}:damaged:${at}`, text);
  }
}
