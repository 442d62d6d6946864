/** The record of what was done, in the browser's storage. A record of another version is left as it is. */
import * as storage from "../quiz/storage";
import { type Done, merged, nothing, parse } from "./record";

const NAME = "progress:1";
/** On the window, when the record has grown here or in another tab. */
export const CHANGED = "engineroom:progress";

export function load(): Done {
  const found = parse(storage.get(storage.keyOf(NAME)));
  return found === "newer" ? nothing() : found;
}

export function add(more: Partial<Done>): void {
  const key = storage.keyOf(NAME);
  const found = parse(storage.get(key));
  if (found === "newer") return;
  const all = merged(found, { ...nothing(), ...more });
  if (JSON.stringify(all) === JSON.stringify(found)) return;
  storage.set(key, JSON.stringify(all));
  window.dispatchEvent(new Event(CHANGED));
}
