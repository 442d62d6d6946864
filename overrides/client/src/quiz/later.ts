/** The schedule of missed questions, in the browser's storage. */
import { after, parse, type Schedule, VERSION } from "./schedule";
import * as storage from "./storage";

const NAME = "review";

export function load(): Schedule {
  const found = parse(storage.get(storage.keyOf(NAME)));
  return found === "newer" ? {} : found;
}

/** An answer was given: note when the question comes back, if it does. */
export function note(id: string, page: string, right: boolean): void {
  const key = storage.keyOf(NAME);
  const found = parse(storage.get(key));
  if (found === "newer") return;
  const items = after(found, id, page, right, Date.now());
  if (items !== found) storage.set(key, JSON.stringify({ version: VERSION, items }));
}
