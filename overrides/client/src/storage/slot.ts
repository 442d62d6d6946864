/** One record's place in the browser's storage: read, changed, never written over unread. */
import { local } from "./area";
import { putAside } from "./aside";
import { type Format, type Found, read, write } from "./format";
import { keyOf } from "./keys";
import { remember } from "./tabs";

type Change<T> = (value: T) => T;

/** What became of a change. */
export interface Outcome<T> {
  /** The record with the change, kept or not. */
  value: T;
  /** Refused: the storage is blocked or full. Newer: what is there is a newer page's. Then all is as it was. */
  kept: "kept" | "refused" | "newer";
  /** How much of what was there could not be read, and was put aside. */
  damage: "none" | "part" | "all";
}

export class Slot<T> {
  constructor(
    readonly name: string,
    readonly format: Format<T>,
  ) {}

  get key(): string {
    return keyOf("quiz", this.name);
  }

  /** What is there, and how much of it can be read. */
  find(): Found<T> {
    return read(this.format, local.get(this.key));
  }

  /** What can be read of it. */
  load(): T {
    return this.find().value;
  }

  /**
   * Write the record that `change` makes of the one that is there. `again` is the same for a record that another tab has written
   * meanwhile; done twice it must be as done once, and tabs that each do theirs in turn must come to an end.
   */
  change(change: Change<T>, again: Change<T> = change): Outcome<T> {
    const outcome = this.#write(change);
    if (outcome.kept === "kept") remember(this.key, () => this.#repeat(again));
    return outcome;
  }

  #repeat(again: Change<T>): void {
    const { state } = this.find();
    if (state === "whole" || state === "part") this.#write(again);
  }

  #write(change: Change<T>): Outcome<T> {
    const { key, format } = this;
    const text = local.get(key);
    const { state, value } = read(format, text);
    const outcome = (kept: Outcome<T>["kept"], damage: Outcome<T>["damage"] = "none"): Outcome<T> => ({ value: after, kept, damage });
    const after = change(value);
    if (state === "newer") return outcome("newer");
    const damage = state === "damaged" ? "all" : state === "part" ? "part" : "none";
    if (damage !== "none" && !putAside(key, text!)) return outcome("refused");
    const changed = damage !== "none" || after !== value;
    const next = write(format, after);
    return !changed || next === text || local.set(key, next) ? outcome("kept", damage) : outcome("refused");
  }
}
