/** The reader's edits, kept by the browser. Everything works without; the reader is told once. */

export interface Kept {
  code: string;
  /** data-hash of the published code that was edited. */
  base: string;
  at: number;
}

let refused = false;
const complaints = new Set<() => void>();

export function keyOf(base: string, page: string, id: string): string {
  const path = new URL(base).pathname;
  return `engineroom${path === "/" ? "" : path.replace(/\/$/, "")}:cell:1:${page}#${id}`;
}

export function load(key: string): Kept | undefined {
  const kept = attempt(() => JSON.parse(localStorage.getItem(key) ?? "null") as unknown);
  return isKept(kept) ? kept : undefined;
}

/** Returns whether it was kept. */
export function keep(key: string, kept: Kept): boolean {
  return attempt(() => (localStorage.setItem(key, JSON.stringify(kept)), true)) ?? false;
}

export function forget(key: string): void {
  attempt(() => localStorage.removeItem(key));
}

/** Called once, when the browser first refuses. */
export function onRefusal(complain: () => void): () => void {
  complaints.add(complain);
  return () => complaints.delete(complain);
}

export function parse(text: string | null): Kept | undefined {
  try {
    const kept = JSON.parse(text ?? "null") as unknown;
    return isKept(kept) ? kept : undefined;
  } catch {
    return undefined;
  }
}

function attempt<T>(work: () => T): T | undefined {
  try {
    return work();
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    if (!refused) complaints.forEach((complain) => complain());
    refused = true;
    return undefined;
  }
}

function isKept(value: unknown): value is Kept {
  const kept = value as Kept | null;
  return typeof kept?.code === "string" && typeof kept.base === "string";
}
