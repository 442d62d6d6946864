/** What a reader has done, and when first: pages read to the end, by address; cells run, by `address#cell`. */
import { items } from "../storage/items";
import { Slot } from "../storage/slot";

export const done = new Slot(
  "progress",
  items((value): value is number => Number.isFinite(value)),
);

/** On the window, when something more was done or all was forgotten. */
export const CHANGED = "engineroom:progress";

export function add(what: string): void {
  const at = Date.now();
  let more = false;
  done.change((items) => {
    more = !Object.hasOwn(items, what);
    return more || at < items[what]! ? { ...items, [what]: at } : items;
  });
  if (more) window.dispatchEvent(new Event(CHANGED));
}
