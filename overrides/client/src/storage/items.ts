/** Records of things by name. */
import { type Format, isFields } from "./format";

export type Items<T> = Record<string, T>;

/** `isItem` says what belongs in it. */
export function items<T>(isItem: (value: unknown) => value is T): Format<Items<T>> {
  return {
    version: 1,
    none: () => ({}),
    read({ items }) {
      if (!isFields(items)) return undefined;
      const all = Object.entries(items);
      const good = all.filter((entry): entry is [string, T] => isItem(entry[1]));
      return { value: Object.fromEntries(good), strange: all.length - good.length };
    },
    write: (items) => ({ items }),
  };
}

/** Of two things of one name, the one to keep. Tabs must agree on it, whichever of the two they hold. */
export type Prefer<T> = (a: T, b: T) => T;

/** Both; of a name in both, the one that `prefer` chooses. */
export function joined<T>(a: Items<T>, b: Items<T>, prefer: Prefer<T>): Items<T> {
  const all = new Map(Object.entries(a));
  for (const [name, item] of Object.entries(b)) all.set(name, all.has(name) ? prefer(all.get(name)!, item) : item);
  return Object.fromEntries(all);
}

/** The one with the lower rank; of equals always the same one. */
export function lower<T>(rank: (item: T) => number): Prefer<T> {
  return (a, b) => {
    const lead = rank(a) - rank(b);
    return lead < 0 || (lead === 0 && JSON.stringify(a) <= JSON.stringify(b)) ? a : b;
  };
}
