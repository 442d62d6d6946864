/** A cell's code: as published, as the reader has edited it, or as a link brought it. Events: "change" (its author), "refused" (not kept). */
import * as store from "./store";

/** Who changed the code, so that nobody hears its own echo. */
export type Author = "editor" | "form" | "page";

const SAVE_AFTER = 300;

export class Source extends EventTarget {
  /** The code came with a link and the reader has neither edited nor kept it. */
  unconfirmed = false;
  /** The published code has changed since the reader edited it, and the reader has not decided yet. */
  outdated = false;
  #code: string;
  #timer = 0;

  constructor(
    readonly published: string,
    readonly hash: string,
    readonly key: string,
  ) {
    super();
    this.#code = published;
    const kept = store.load(key);
    if (!kept || kept.code === published) return;
    this.#code = kept.code;
    this.outdated = kept.base !== hash;
  }

  get code(): string {
    return this.#code;
  }

  get edited(): boolean {
    return this.#code !== this.published;
  }

  /** The reader's own change. It is kept, and confirms code that came with a link. */
  edit(code: string, by: Author): void {
    if (code === this.#code) return;
    this.unconfirmed = false;
    this.#set(code, by);
    clearTimeout(this.#timer);
    this.#timer = window.setTimeout(() => this.save(), SAVE_AFTER);
  }

  /** Show code that came with a link, without keeping it. */
  borrow(code: string): void {
    this.save();
    this.unconfirmed = code !== this.#code;
    this.#set(code, "page");
  }

  /** Take what is shown as the reader's own. */
  confirm(): void {
    if (!this.unconfirmed) return;
    this.unconfirmed = false;
    this.#keep();
    this.#changed("page");
  }

  /** Keep the reader's edit on top of the code as it is published now. */
  rebase(): void {
    this.outdated = false;
    this.#keep();
    this.#changed("page");
  }

  /** Another tab kept or dropped an edit. */
  adopt(code: string): void {
    this.#set(code, "page");
  }

  /** Back to what was kept before a link came. */
  giveBack(): void {
    this.unconfirmed = false;
    this.#set(store.load(this.key)?.code ?? this.published, "page");
  }

  reset(): void {
    clearTimeout(this.#timer);
    this.#timer = 0;
    store.forget(this.key);
    this.unconfirmed = this.outdated = false;
    this.#set(this.published, "page");
  }

  /** Keep an edit that is waiting to be kept. */
  save(): void {
    if (!this.#timer) return;
    clearTimeout(this.#timer);
    this.#timer = 0;
    this.#keep();
  }

  get saving(): boolean {
    return this.#timer !== 0;
  }

  #keep(): void {
    if (!this.edited) store.forget(this.key);
    else if (!store.keep(this.key, { code: this.#code, base: this.outdated ? "" : this.hash, at: Date.now() })) this.dispatchEvent(new Event("refused"));
  }

  #set(code: string, by: Author): void {
    this.#code = code;
    this.#changed(by);
  }

  #changed(by: Author): void {
    this.dispatchEvent(new CustomEvent<Author>("change", { detail: by }));
  }
}
