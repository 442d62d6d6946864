/** What a reader has done, by page: which were read to the end, which cells ran. Nothing here touches the browser. */

export const VERSION = 1;

/** Times in milliseconds, the first of each: by a page's address, and by `address#cell`. */
export interface Done {
  version: typeof VERSION;
  read: Record<string, number>;
  ran: Record<string, number>;
}

export function nothing(): Done {
  return { version: VERSION, read: {}, ran: {} };
}

/** Nonsense is nothing done; "newer" is a record of a version that this page does not know. */
export function parse(text: string | null | undefined): Done | "newer" {
  try {
    const value = JSON.parse(text ?? "null") as Partial<Done> | null;
    if (typeof value?.version === "number" && value.version !== VERSION) return "newer";
    return { version: VERSION, read: times(value?.read), ran: times(value?.ran) };
  } catch {
    return nothing();
  }
}

/** Both, the earlier time of each. */
export function merged(a: Done, b: Done): Done {
  return { version: VERSION, read: earlier(a.read, b.read), ran: earlier(a.ran, b.ran) };
}

function earlier(a: Record<string, number>, b: Record<string, number>): Record<string, number> {
  const all = { ...a };
  for (const [key, at] of Object.entries(b)) all[key] = Math.min(at, all[key] ?? Infinity);
  return all;
}

function times(value: unknown): Record<string, number> {
  const entries = typeof value === "object" && value !== null ? Object.entries(value) : [];
  return Object.fromEntries(entries.filter((entry): entry is [string, number] => Number.isFinite(entry[1])));
}
