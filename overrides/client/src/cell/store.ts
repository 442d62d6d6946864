/** The reader's edits, kept by the browser. Everything works without. */

export interface Kept {
  code: string;
  /** data-hash of the published code that was edited. */
  base: string;
  at: number;
}

export function keyOf(base: string, page: string, id: string): string {
  const path = new URL(base).pathname;
  return `engineroom${path === "/" ? "" : path.replace(/\/$/, "")}:cell:1:${page}#${id}`;
}

export function load(key: string): Kept | undefined {
  return parse(attempt(() => localStorage.getItem(key)) ?? null);
}

/** Returns whether it was kept: storage may be blocked or full. */
export function keep(key: string, kept: Kept): boolean {
  return attempt(() => (localStorage.setItem(key, JSON.stringify(kept)), true)) ?? false;
}

export function forget(key: string): void {
  attempt(() => localStorage.removeItem(key));
}

/** What another tab wrote, or what was kept here. Nonsense is nothing. */
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
  } catch {
    return undefined;
  }
}

function isKept(value: unknown): value is Kept {
  const kept = value as Kept | null;
  return typeof kept?.code === "string" && typeof kept.base === "string";
}
