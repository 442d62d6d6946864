/** What a reader has done, and when first: pages read to the end, by address; cells run, by `address#cell`. */
import { Kept } from "../quiz/kept";

export const done = new Kept<number>("progress", (value): value is number => Number.isFinite(value));

/** On the window, when something more was done or all was forgotten. */
export const CHANGED = "engineroom:progress";

export function add(what: string): void {
  let more = false;
  done.change((items) => {
    more = !(what in items);
    return more ? { ...items, [what]: Date.now() } : items;
  });
  if (more) window.dispatchEvent(new Event(CHANGED));
}
