/** A cell, as those see it who run it. */
import type { RunResult, Steps, Wanted } from "../kernel/protocol";
import type { Tell } from "../page/waits";
import type { Facts } from "./plan";
import type { Trouble } from "./run";

/** For whom a cell runs. */
export interface Behalf {
  /** It is not its own reader's wish. */
  lent: boolean;
  /** What it was asked to run; nothing: what it shows. */
  code?: string | undefined;
  mayFetch(wanted: Wanted): boolean;
  /** Hears how far it is, where it is lent. */
  tell?: Tell;
}

export interface Runnable {
  readonly id: string;
  /** The kernel's name for this visit of the page. */
  readonly key: string;
  readonly isConnected: boolean;
  /** As it is shown. */
  readonly code: string;
  readonly facts: Facts;
  /** Yields its run; "refused": it wanted what it may not fetch. */
  execute(behalf: Behalf): Steps<RunResult["status"] | "refused">;
  /** The cell above with this id has succeeded. */
  isFree(above: string): void;
  /** A cell above has changed since it ran. */
  isStale(): void;
  /** Its last run counts no more: it runs again before those below do. */
  forgetRun(): void;
  /** What another wanted of it came to nothing. */
  hadTrouble(trouble: Trouble): void;
  /** It has to fetch what nobody has agreed to. */
  wants(wanted: Wanted): void;
  say(text: string): void;
  /** Bring it before the reader. */
  show(): void;
}

/** All cells of one visit of a page, in reading order. */
export function cellsOf<T extends Runnable = Runnable>(key: string): T[] {
  const cells = [...document.querySelectorAll("live-cell")] as unknown as T[];
  return cells.filter((cell) => cell.key === key);
}
