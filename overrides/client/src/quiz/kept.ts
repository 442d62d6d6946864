/** A record under one key: things by name, in a version that says whether this page may touch it. */
import * as storage from "./storage";

const VERSION = 1;

export type Items<T> = Record<string, T>;

/** `isItem` says what belongs in it; what does not is left out. */
export class Kept<T> {
  constructor(
    readonly name: string,
    readonly isItem: (value: unknown) => value is T,
  ) {}

  load(): Items<T> {
    const found = this.parse(storage.get(this.#key));
    return typeof found === "string" ? {} : found;
  }

  /** `changed` makes the new items of the old; the same items are not written. Returns a notice for the reader; "" when all is kept. */
  change(changed: (items: Items<T>) => Items<T>): string {
    const text = storage.get(this.#key);
    const found = this.parse(text);
    if (found === "newer") return storage.NEWER;
    const damaged = found === "damaged";
    if (damaged && !storage.putAside(this.#key, text!)) return storage.UNKEPT;
    const before = damaged ? {} : found;
    const after = changed(before);
    if ((damaged || after !== before) && !storage.set(this.#key, this.write(after))) return storage.UNKEPT;
    return damaged ? storage.DAMAGED : "";
  }

  /** How many things of a record are not what belongs in it, and are left out. */
  strange(text: string): number {
    const found = this.parse(text);
    if (typeof found === "string") return 0;
    return Object.keys((JSON.parse(text) as { items: Items<unknown> }).items).length - Object.keys(found).length;
  }

  /** What stood in the storage: a record of another version is "newer", nonsense "damaged". */
  parse(text: string | null | undefined): Items<T> | "newer" | "damaged" {
    if (text === null || text === undefined) return {};
    try {
      const value = JSON.parse(text) as { version?: unknown; items?: unknown } | null;
      if (typeof value?.version === "number" && value.version !== VERSION) return "newer";
      if (value?.version !== VERSION || typeof value.items !== "object" || value.items === null || Array.isArray(value.items))
        return "damaged";
      return Object.fromEntries(Object.entries(value.items).filter((entry): entry is [string, T] => this.isItem(entry[1])));
    } catch {
      return "damaged";
    }
  }

  write(items: Items<T>): string {
    return JSON.stringify({ version: VERSION, items });
  }

  get #key(): string {
    return storage.keyOf(this.name);
  }
}

/** Both; of a name in both, the one that `prefer` chooses. */
export function joined<T>(a: Items<T>, b: Items<T>, prefer: (a: T, b: T) => T): Items<T> {
  const all = new Map(Object.entries(a));
  for (const [name, item] of Object.entries(b)) all.set(name, all.has(name) ? prefer(all.get(name)!, item) : item);
  return Object.fromEntries(all);
}
