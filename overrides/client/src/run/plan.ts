/** What a wish to run comes to: which cells run, in which order, what is in the way, and what follows. All from plain data. */

/** What is known of a cell. */
export interface Facts {
  id: string;
  /** Where the names of its last run are: in this session, in one that is gone, or nowhere. */
  names: "here" | "gone" | "none";
  /** Its last run was of the code as it is now. */
  asShown: boolean;
  /** Why those below cannot build on it as it stands: "raised an error". */
  failure?: string | undefined;
  /** Its code came with a link, and the reader has not run it. */
  unconfirmed: boolean;
  /** Its last run was of other code than the one before it in the same session. */
  changed: boolean;
}

/** `run`: the cell, after those above it that have not run as they stand. `all`: all above, and the cell. `have`: it need not run again. */
export type How = "run" | "all" | "have";

export interface Plan {
  /** The cells above that run first, in reading order. */
  above: string[];
  /** The cell itself runs after them. */
  itself: boolean;
  /** Counts the cells as planned, those included that come after what is in the way. */
  of: number;
  /** After those above. */
  blocked?: { by: string; why: string };
  /** A cell above runs again, because the session it ran in is gone. */
  repeats: boolean;
}

const stands = ({ names, asShown }: Facts): boolean => names === "here" && asShown;

/** What you read is what you run. `cells` are those of the page, in reading order. */
export function plan(cells: Facts[], target: string, how: How): Plan {
  const at = cells.findIndex(({ id }) => id === target);
  const before = cells.slice(0, at).filter((cell) => how === "all" || cell.failure || !stands(cell));
  const until = before.findIndex((cell) => obstacle(cell, how));
  const above = until < 0 ? before : before.slice(0, until);
  const repeats = above.some(({ names }) => names === "gone");
  const made = { above: above.map(({ id }) => id), of: before.length + 1, repeats };
  if (until >= 0) return { ...made, itself: false, blocked: { by: before[until]!.id, why: obstacle(before[until]!, how)! } };
  return { ...made, itself: how !== "have" || above.length > 0 || !stands(cells[at]!) || cells[at]!.failure !== undefined };
}

/** Why a link's code does not run for anything but its own cell's Run. */
export const FOREIGN = "holds code from a link, which has not run. Read it and run it there first, or drop it";

/** Why a cell above does not run for the sake of one below. */
function obstacle({ unconfirmed, failure, names }: Facts, how: How): string | undefined {
  if (unconfirmed) return FOREIGN;
  // What was stopped by a new Python, or ended it, would do so again.
  return how !== "all" && names !== "gone" ? failure : undefined;
}

/** The cells below that ran earlier in this session with what `ran` has now made another. */
export function stale(cells: Facts[], ran: string): string[] {
  const at = cells.findIndex(({ id }) => id === ran);
  if (!cells[at]?.changed || cells[at].names !== "here") return [];
  return cells.slice(at + 1).flatMap(({ id, names }) => (names === "here" ? [id] : []));
}

/** What the reader has asked for. A moved control is no press: it agrees to nothing. */
export interface Wish {
  how: How;
  pressed: boolean;
  /** The code that was seen when it was made: this runs, whatever the cell shows when the turn comes. */
  code: string;
}

/** Whether a wish has agreed to what a cell, its own or one above, fetches. */
export function covers({ how, pressed }: Omit<Wish, "code">, own: boolean): boolean {
  return pressed && (own || how === "all");
}

/** Both wishes as one, the later one's code. */
export function joined(a: Wish, b: Wish): Wish {
  return { how: a.how === "all" ? "all" : b.how, pressed: a.pressed || b.pressed, code: b.code };
}
