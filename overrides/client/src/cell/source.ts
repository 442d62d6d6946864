/**
 * A cell's code: as published, as the reader has edited it, or as a link brought it. Events: "change" (its author), "kept" (or `refused`),
 * "ran" (a link's code has).
 *
 * The code on the screen is this tab's. Edits of other tabs wait beside it until the reader has decided. A link's code lies over the
 * reader's own until it is kept or dropped: changing it or running it does not make it theirs.
 */
import * as edits from "./edits";

/** Who changed the code, so that nobody hears its own echo. */
export type Author = "editor" | "form" | "page";

const SAVE_AFTER = 300;

interface Held {
  code: string;
  /** The published code has changed since the reader edited it, and the reader has not decided yet. */
  outdated: boolean;
  /** What this tab keeps it under. */
  name: string;
  /** Kept edits that this code began as, by name: it will take their place. */
  began: Map<string, string>;
  /** It was kept as it is shown, or a moment before. */
  kept: boolean;
}

interface Linked extends Held {
  /** The code as the link had it; nothing, where that visit is over. */
  came?: string;
}

export class Source extends EventTarget {
  /** The browser did not keep the code shown: its storage is blocked or full. */
  refused = false;
  /** What the browser had kept of this cell and this page cannot read. */
  readonly unread: edits.Unread;
  #timer = 0;
  #own: Held;
  #link: Linked | undefined;
  /** What links brought in this visit, and the reader has not kept. */
  readonly #came = new Set<string>();
  /** How often the reader has had a link's code run in this visit. */
  readonly #runs = new Map<string, number>();
  /** Edits of elsewhere that the reader of this tab does not want to see, by name. */
  #passed = new Map<string, string>();

  constructor(
    readonly published: string,
    readonly hash: string,
    readonly key: string,
  ) {
    super();
    this.unread = edits.setAside(key);
    const all = edits.all(key).filter(({ code }) => code !== published);
    this.#own = this.#opened(all.find(({ foreign }) => !foreign));
    if (all[0]?.foreign) this.#link = this.#opened(all[0]);
  }

  get code(): string {
    return this.#held.code;
  }

  get edited(): boolean {
    return this.code !== this.published;
  }

  /** The code came with a link and the reader has not kept it as their own, though perhaps changed it. */
  get foreign(): boolean {
    return this.#link !== undefined;
  }

  /** How often the reader has had this code of a link run. */
  get runs(): number {
    return (this.foreign && this.#runs.get(this.code)) || 0;
  }

  /** A link's code that the reader has not had run. */
  get unconfirmed(): boolean {
    return this.foreign && this.runs === 0;
  }

  /** A link's code with the reader's changes. */
  get altered(): boolean {
    return this.#link !== undefined && this.#link.came !== this.#link.code;
  }

  /** Nothing but the page's address holds the code shown. */
  get carried(): boolean {
    return this.#link !== undefined && !this.#link.kept && !this.#timer;
  }

  /** The published code has changed since the reader edited it, and the reader has not decided yet. */
  get outdated(): boolean {
    return this.#held.outdated;
  }

  /** An edit made elsewhere that the reader has not decided on: in another tab, or before a link came. Without a name: a reset. */
  get other(): edits.Named | undefined {
    if (this.#link) return undefined;
    const { name: mine, code: shown, began, kept: wasKept } = this.#own;
    const kept = edits.all(this.key);
    const known = ({ name, code }: edits.Named) =>
      name === mine || code === shown || began.get(name) === code || this.#passed.get(name) === code;
    const found = kept.find((edit) => !known(edit));
    const gone = wasKept && !this.#timer && this.edited && kept.length === 0;
    return found ?? (gone ? { name: "", code: this.published, base: this.hash, at: 0, foreign: false } : undefined);
  }

  /** The reader's own change. It is kept; on a link's code as a change of that, and a control's value alone is not. */
  edit(code: string, by: Author): void {
    if (code === this.code) return;
    // By Undo, or by a control that is back where it was.
    if (this.#link && code === this.#own.code) return this.giveBack();
    if (!this.#link && this.#came.has(code)) return this.borrow(code);
    if (by === "form" && this.runs) this.#runs.set(code, this.runs);
    if (by !== "form" || !this.carried) {
      clearTimeout(this.#timer);
      this.#timer = window.setTimeout(() => this.save(), SAVE_AFTER);
    }
    this.#set(code, by);
  }

  /** Show code that came with a link, without keeping it. What the reader has anyway is theirs. */
  borrow(came: string): void {
    const code = came.replace(/\r\n?/g, "\n"); // as the editor has it
    this.save();
    if (code === this.code) return;
    this.#link = code === this.#own.code ? undefined : { ...this.#fresh(code), came: code };
    if (this.#link) this.#came.add(code);
    this.#changed("page");
  }

  /** This code has begun to run, as the reader wished. */
  ran(code: string): void {
    if (!this.#came.has(code) && !(this.foreign && code === this.code)) return;
    this.#runs.set(code, (this.#runs.get(code) ?? 0) + 1);
    this.dispatchEvent(new Event("ran"));
  }

  /** Take what is shown as the reader's own; an edit from before stays beside it. */
  confirm(): void {
    if (!this.#link) return;
    const { came, ...held } = this.#link;
    this.#link = undefined;
    this.#own = held;
    if (came !== undefined) this.#came.delete(came);
    this.#keep();
    this.#changed("page");
  }

  /** Keep the reader's edit on top of the code as it is published now. */
  rebase(): void {
    this.#held.outdated = false;
    this.#keep();
    this.#changed("page");
  }

  /** Show an edit of elsewhere in place of this one, which is dropped. */
  take(edit: edits.Named): void {
    this.#drop();
    if (edit.foreign) {
      this.#own = this.#fresh(this.published);
      this.#link = this.#opened(edit);
    } else this.#own = this.#opened(edit);
    this.#changed("page");
  }

  /** Keep this one, and drop that of elsewhere. Whoever has none to keep only no longer sees it. */
  pass(edit: edits.Named): void {
    if (this.edited) {
      if (this.#keep() && edits.load(edit.name)?.code === edit.code) edits.forget(edit.name);
    } else this.#passed.set(edit.name, edit.code);
    this.#changed("page");
  }

  /** Back to what was shown before a link came. */
  giveBack(): void {
    this.#dropLink();
    this.#changed("page");
  }

  /** As published. What other tabs have kept is not this tab's to drop. */
  reset(): void {
    this.#dropLink();
    this.#drop();
    this.#own.outdated = false;
    this.#set(this.published, "page");
  }

  /** Keep an edit that is waiting to be kept. */
  save(): void {
    if (!this.#timer) return;
    this.#keep();
  }

  /** What is shown. */
  get #held(): Held {
    return this.#link ?? this.#own;
  }

  /** Whether the code shown is kept, or needs not be. */
  #keep(): boolean {
    this.#rest();
    if (!this.edited) {
      this.#drop();
      return true;
    }
    const { code, name, outdated } = this.#held;
    const at = Math.max(Date.now(), ...edits.all(this.key).map((edit) => edit.at + 1)); // two in one millisecond have an order too
    const kept = edits.keep(name, { code, base: outdated ? "" : this.hash, at, foreign: this.foreign });
    if (kept) {
      this.#held.kept = true;
      this.#replace();
    }
    this.#refuse(!kept);
    return kept;
  }

  /** Nothing of this tab's is kept any longer. */
  #drop(): void {
    this.#rest();
    edits.forget(this.#held.name);
    this.#replace();
    this.#held.kept = false;
    this.#refuse(false);
  }

  /** The link's code goes, and what was kept of it here. What another tab has made of it is not this tab's to drop. */
  #dropLink(): void {
    if (!this.#link) return;
    this.#rest();
    const { name, began } = this.#link;
    edits.forget(name);
    for (const [kept, code] of began) if (edits.load(kept)?.code === code) edits.forget(kept);
    this.#link = undefined;
    this.#refuse(false);
  }

  #refuse(refused: boolean): void {
    if (this.refused === refused) return;
    this.refused = refused;
    this.dispatchEvent(new Event("kept"));
  }

  /** What this code began as goes, unless another tab has gone on with it; so does what is the same. */
  #replace(): void {
    const { name: mine, code: shown, began } = this.#held;
    for (const { name, code } of edits.all(this.key)) {
      if (name !== mine && (code === shown || began.get(name) === code)) edits.forget(name);
    }
    began.clear();
  }

  #fresh(code: string): Held {
    return { code, outdated: false, name: edits.newName(this.key), began: new Map(), kept: false };
  }

  /** What was kept, as it is shown; without one what was published. */
  #opened(edit: edits.Named | undefined): Held {
    if (!edit) return this.#fresh(this.published);
    const { name, code, base, foreign } = edit;
    const edited = code !== this.published;
    const outdated = edited && !foreign && base !== this.hash;
    return { ...this.#fresh(code), outdated, kept: edited, began: new Map(name ? [[name, code]] : []) };
  }

  #rest(): void {
    clearTimeout(this.#timer);
    this.#timer = 0;
  }

  #set(code: string, by: Author): void {
    this.#held.code = code;
    this.#changed(by);
  }

  #changed(by: Author): void {
    this.dispatchEvent(new CustomEvent<Author>("change", { detail: by }));
  }
}
