/**
 * The reader's edits, kept by the browser. Everything works without.
 *
 * Each tab writes an edit under a name of its own, so that two tabs never write over each other: whoever opens the cell
 * next finds them all.
 */

export interface Kept {
  code: string;
  /** data-hash of the published code that was edited. */
  base: string;
  at: number;
}

/** An edit and the name it is kept under. */
export interface Named extends Kept {
  name: string;
}

export function keyOf(base: string, page: string, id: string): string {
  const path = new URL(base).pathname;
  return `engineroom${path === "/" ? "" : path.replace(/\/$/, "")}:cell:1:${page}#${id}`;
}

/** A name for an edit of this cell that no other tab writes to. */
export function newName(key: string): string {
  return `${key}~${Math.random().toString(36).slice(2, 10)}`;
}

/** Whether what is kept under `name` is an edit of this cell. */
export function belongs(name: string, key: string): boolean {
  return name === key || name.startsWith(`${key}~`);
}

/** All edits of a cell, the latest first. */
export function all(key: string): Named[] {
  const names = attempt(() => Array.from({ length: localStorage.length }, (_, at) => localStorage.key(at)!)) ?? [];
  const found = names.filter((name) => belongs(name, key)).map((name) => ({ name, kept: load(name) }));
  return found.flatMap(({ name, kept }) => (kept ? [{ name, ...kept }] : [])).sort((a, b) => b.at - a.at);
}

export function load(name: string): Kept | undefined {
  return parse(attempt(() => localStorage.getItem(name)) ?? null);
}

/** Returns whether it was kept: storage may be blocked or full. */
export function keep(name: string, kept: Kept): boolean {
  return attempt(() => (localStorage.setItem(name, JSON.stringify(kept)), true)) ?? false;
}

export function forget(name: string): void {
  attempt(() => localStorage.removeItem(name));
}

/** Nonsense is nothing. */
function parse(text: string | null): Kept | undefined {
  try {
    const kept = JSON.parse(text ?? "null") as unknown;
    return isKept(kept) ? { ...kept, at: Number(kept.at) || 0 } : undefined;
  } catch {
    return undefined;
  }
}

function attempt<T>(work: () => T): T | undefined {
  try {
    return work();
  } catch {
    return undefined;
  }
}

function isKept(value: unknown): value is Kept {
  const kept = value as Kept | null;
  return typeof kept?.code === "string" && typeof kept.base === "string";
}
