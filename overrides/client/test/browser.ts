/**
 * A browser for the storage: tabs that share it as Chromium's do. Each has a view of its own, which a write of its own changes at once;
 * writes of others come later, in one order for all, and not where a write of its own is still on its way.
 */

interface Written {
  by: Tab;
  key: string | null;
  text: string | null;
}

export class Tab {
  readonly window = Object.assign(new EventTarget(), { setTimeout, clearTimeout });
  readonly view = new Map<string, string>();
  #onTheWay = new Map<string, number>();
  #seen = 0;

  constructor(readonly browser: Browser) {}

  /** Do it in this tab. */
  does<T>(work: () => T): T {
    Object.assign(globalThis, { window: this.window, localStorage: this.storage, sessionStorage: this.storage });
    return work();
  }

  /** Hear of the next write, of whichever tab. Whether there was one. */
  hears(): boolean {
    const written = this.browser.log[this.#seen++];
    if (!written) {
      this.#seen--;
      return false;
    }
    const { by, key, text } = written;
    if (by === this) this.#onTheWay.set(key!, this.#onTheWay.get(key!)! - 1);
    else {
      if (!this.#onTheWay.get(key!)) text === null ? this.view.delete(key!) : this.view.set(key!, text);
      this.does(() => this.window.dispatchEvent(Object.assign(new Event("storage"), { key, newValue: text })));
    }
    return true;
  }

  /** Nothing is there, or on its way. */
  clear(): void {
    this.view.clear();
    this.#onTheWay.clear();
    this.#seen = 0;
  }

  #write(key: string, text: string | null): void {
    if (text === null) this.view.delete(key);
    else this.view.set(key, text);
    this.#onTheWay.set(key, (this.#onTheWay.get(key) ?? 0) + 1);
    this.browser.log.push({ by: this, key, text });
  }

  readonly storage = ((tab: Tab) => {
    const open = (): Map<string, string> => {
      if (tab.browser.blocked) throw new DOMException("no", "SecurityError");
      return tab.view;
    };
    return {
      getItem: (key: string) => open().get(key) ?? null,
      setItem: (key: string, text: string) => {
        const used = [...open()].reduce((sum, [name, value]) => sum + (name === key ? 0 : name.length + value.length), 0);
        if (used + key.length + text.length > tab.browser.room) throw new DOMException("full", "QuotaExceededError");
        tab.#write(key, text);
      },
      removeItem: (key: string) => open().has(key) && tab.#write(key, null),
      key: (at: number) => [...open().keys()][at] ?? null,
      get length() {
        return open().size;
      },
    };
  })(this);
}

export class Browser {
  /** Room for so many characters. */
  room = Infinity;
  blocked = false;
  readonly log: Written[] = [];
  readonly tabs: Tab[] = [];

  constructor(site = "bees", base = "/") {
    const document = { querySelector: () => ({ content: { textContent: JSON.stringify({ site, base }) } }) };
    Object.assign(globalThis, { document, location: { href: "https://x.invalid/" } });
  }

  open(): Tab {
    const tab = new Tab(this);
    this.tabs.push(tab);
    tab.does(() => {});
    return tab;
  }

  /** Every tab hears of everything. Fails when the tabs never stop writing. */
  settle(): void {
    const enough = this.log.length + 1000;
    while (this.tabs.map((tab) => tab.hears()).some(Boolean))
      if (this.log.length > enough) throw new Error("the tabs write over each other without end");
  }

  /** As on the first day. */
  clear(): void {
    for (const tab of this.tabs) tab.clear();
    this.log.length = 0;
    [this.room, this.blocked] = [Infinity, false];
  }
}

/** A small generator of whole numbers below n, the same in every run. */
export function dice(seed: number): (n: number) => number {
  return (n) => {
    seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0;
    return Math.floor((seed / 2 ** 32) * n);
  };
}
