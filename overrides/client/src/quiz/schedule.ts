/** When a missed question comes back: after one day, after three, after seven. */
import { type Items, items, lower } from "../storage/items";
import { type Outcome, Slot } from "../storage/slot";

export const DAY = 86_400_000; // milliseconds
const AFTER = [1, 3, 7]; // days

export interface Due {
  /** The address of the page the question stands on. */
  page: string;
  /** How often in a row it has been right since it was missed. */
  stage: number;
  /** When it is asked again, in milliseconds. */
  at: number;
}

export const review = new Slot(
  "review",
  items((value): value is Due => {
    const due = value as Due | null;
    return (
      typeof due?.page === "string" &&
      within(due.page) &&
      Number.isInteger(due.stage) &&
      due.stage >= 0 &&
      due.stage < AFTER.length &&
      Number.isFinite(due.at)
    );
  }),
);

const ROOT = "https://site.invalid/root/";

/** Whether it is the address of a page of this site, as the build writes it: a path below the root, its own way of being written. */
export function within(page: string): boolean {
  try {
    return new URL(page, ROOT).href === ROOT + page && !/[?#]/.test(page);
  } catch {
    return false;
  }
}

/** An answer was given: note when the question comes back, if it does. */
export function note(id: string, page: string, right: boolean): Outcome<unknown> {
  const now = Date.now();
  const change = (items: Items<Due>): Items<Due> => after(items, id, page, right, now);
  return review.change(change, (items) => {
    const changed = change(items);
    // Missed here, and in another tab scheduled meanwhile: the sooner one, as the other tab has it.
    return right || !Object.hasOwn(items, id) ? changed : { ...items, [id]: sooner(items[id]!, changed[id]!) };
  });
}

/** The schedule after an answer. Missed: tomorrow. Right when it was due: later each time, then no more. Right before: as it was. */
export function after(items: Items<Due>, id: string, page: string, right: boolean, now: number): Items<Due> {
  if (!right) return { ...items, [id]: { page, stage: 0, at: now + AFTER[0]! * DAY } };
  if (!Object.hasOwn(items, id) || now < items[id]!.at) return items;
  const { [id]: due, ...others } = items;
  const stage = due!.stage + 1;
  return stage < AFTER.length ? { ...items, [id]: { page, stage, at: now + AFTER[stage]! * DAY } } : others;
}

/** What is asked now, the longest due first. */
export function due(items: Items<Due>, now: number): [string, Due][] {
  return Object.entries(items)
    .filter(([, { at }]) => at <= now)
    .sort(([, a], [, b]) => a.at - b.at);
}

/** When the next one comes; undefined when there is none. */
export function next(items: Items<Due>): number | undefined {
  const times = Object.values(items).map(({ at }) => at);
  return times.length ? Math.min(...times) : undefined;
}

/** The one that is asked first. */
export const sooner = lower<Due>(({ at }) => at);
