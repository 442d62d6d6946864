/** One assessment's place in the browser's storage: read, merged with what other tabs wrote, written; never thrown away. */
import { type Assessed, empty, merged, read } from "./record";
import * as storage from "./storage";

export class Shelf {
  readonly key: string;
  #writable = true;

  /** `notice` shows a sentence for the reader. */
  constructor(
    id: string,
    readonly revision: string,
    readonly notice: (text: string) => void,
  ) {
    this.key = storage.keyOf(id);
  }

  load(): Assessed {
    const text = storage.get(this.key) ?? null;
    const found = read(text, this.revision);
    if (typeof found !== "string") return found;
    this.#unreadable(found, text!);
    return empty(this.revision);
  }

  /** The record as it is now, with what other tabs have added. */
  keep(record: Assessed): Assessed {
    if (!this.#writable) return record;
    const text = storage.get(this.key) ?? null;
    const there = read(text, this.revision);
    if (typeof there === "string") this.#unreadable(there, text!);
    if (!this.#writable) return record;
    const all = typeof there === "string" ? record : merged(record, there);
    if (!storage.set(this.key, JSON.stringify(all))) this.notice(storage.UNKEPT);
    return all;
  }

  /** A newer record stays where it is; nonsense is put aside, and its place may be written again. */
  #unreadable(found: "newer" | "damaged", text: string): void {
    this.#writable = found === "damaged" && storage.putAside(this.key, text);
    if (this.#writable) storage.remove(this.key);
    this.notice(found === "newer" ? storage.NEWER : this.#writable ? storage.DAMAGED : storage.UNKEPT);
  }
}
