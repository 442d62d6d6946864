/** When a missed question comes back: after one day, after three, after seven. Nothing here touches the browser. */

export const VERSION = 1;
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

export type Schedule = Record<string, Due>;

/** The schedule after an answer. Missed: tomorrow. Right when it was due: later each time, then no more. Right before: as it was. */
export function after(schedule: Schedule, id: string, page: string, right: boolean, now: number): Schedule {
  const { [id]: due, ...others } = schedule;
  if (!right) return { ...others, [id]: { page, stage: 0, at: now + AFTER[0]! * DAY } };
  if (!due || now < due.at) return schedule;
  const stage = due.stage + 1;
  return stage < AFTER.length ? { ...others, [id]: { page, stage, at: now + AFTER[stage]! * DAY } } : others;
}

/** What is asked now, the longest due first. */
export function due(schedule: Schedule, now: number): [string, Due][] {
  return Object.entries(schedule).filter(([, { at }]) => at <= now).sort(([, a], [, b]) => a.at - b.at);
}

/** When the next one comes; undefined when there is none. */
export function next(schedule: Schedule): number | undefined {
  const times = Object.values(schedule).map(({ at }) => at);
  return times.length ? Math.min(...times) : undefined;
}

/** What stood in the storage. Nonsense is an empty schedule; "newer" is left alone. */
export function parse(text: string | null | undefined): Schedule | "newer" {
  try {
    const value = JSON.parse(text ?? "null") as { version?: unknown; items?: unknown } | null;
    if (typeof value?.version === "number" && value.version !== VERSION) return "newer";
    const items = typeof value?.items === "object" && value.items !== null ? Object.entries(value.items as object) : [];
    return Object.fromEntries(items.filter((entry): entry is [string, Due] => isDue(entry[1])));
  } catch {
    return {};
  }
}

/** Two schedules as one: the sooner of each. */
export function merged(a: Schedule, b: Schedule): Schedule {
  const all = { ...a };
  for (const [id, due] of Object.entries(b)) if (!all[id] || due.at < all[id].at) all[id] = due;
  return all;
}

function isDue(value: unknown): value is Due {
  const due = value as Due | null;
  return typeof due?.page === "string" && /^[\w/-]*$/.test(due.page) && [0, 1, 2].includes(due.stage) && Number.isFinite(due.at);
}
