/** What the browser stores for a site: texts by key. It may be blocked, full, or hold anything: nothing here throws. */
class Area {
  /** `open` throws where the browser lets nobody in. */
  constructor(readonly open: () => Storage) {}

  /** Null: nothing is there. Undefined: it cannot be read. */
  get(key: string): string | null | undefined {
    return attempt(() => this.open().getItem(key));
  }

  /** Whether it is there now; what was there stays where there is no room for what should take its place. */
  set(key: string, text: string): boolean {
    return attempt(() => (this.open().setItem(key, text), true)) ?? false;
  }

  remove(key: string): void {
    attempt(() => this.open().removeItem(key));
  }

  /** The keys that begin with `start`, in order. Undefined: they cannot be read. */
  keys(start: string): string[] | undefined {
    return attempt(() => {
      const area = this.open();
      const all = Array.from({ length: area.length }, (_, at) => area.key(at)!);
      return all.filter((key) => key.startsWith(start)).sort();
    });
  }
}

/** All tabs share it, and it lasts. */
export const local = new Area(() => localStorage);
/** The tab's own, until it is closed. */
export const session = new Area(() => sessionStorage);

function attempt<T>(work: () => T): T | undefined {
  try {
    return work();
  } catch {
    return undefined;
  }
}
