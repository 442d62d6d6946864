/**
 * A cell's code: as published, as the reader has edited it, or as a link brought it. Events: "change" (its author), "kept" (or `refused`).
 *
 * The code on the screen is this tab's. Edits of other tabs wait beside it until the reader has decided.
 */
import * as edits from "./edits";

/** Who changed the code, so that nobody hears its own echo. */
export type Author = "editor" | "form" | "page";

const SAVE_AFTER = 300;

export class Source extends EventTarget {
  /** The code came with a link and the reader has neither edited nor kept it. */
  unconfirmed = false;
  /** The published code has changed since the reader edited it, and the reader has not decided yet. */
  outdated = false;
  /** The browser did not keep the code shown: its storage is blocked or full. */
  refused = false;
  /** What the browser had kept of this cell and this page cannot read. */
  readonly unread: edits.Unread;
  #code: string;
  #timer = 0;
  /** What this tab keeps its edit under. */
  #name: string;
  /** Kept edits that this code began as, by name: it will take their place. */
  #began = new Map<string, string>();
  /** Edits of elsewhere that the reader of this tab does not want to see, by name. */
  #passed = new Map<string, string>();
  /** The code shown was kept. */
  #kept = false;
  #beforeLink: { code: string; outdated: boolean };

  constructor(
    readonly published: string,
    readonly hash: string,
    readonly key: string,
  ) {
    super();
    this.unread = edits.setAside(key);
    this.#name = edits.newName(key);
    this.#code = published;
    const [latest] = edits.all(key);
    if (latest && latest.code !== published) this.#become(latest);
    this.#beforeLink = { code: this.#code, outdated: this.outdated };
  }

  get code(): string {
    return this.#code;
  }

  get edited(): boolean {
    return this.#code !== this.published;
  }

  /** An edit made elsewhere that the reader has not decided on: in another tab, or before a link came. Without a name: a reset. */
  get other(): edits.Named | undefined {
    if (this.unconfirmed) return undefined;
    const kept = edits.all(this.key);
    const known = ({ name, code }: edits.Named) =>
      name === this.#name || code === this.#code || this.#began.get(name) === code || this.#passed.get(name) === code;
    const found = kept.find((edit) => !known(edit));
    const gone = this.#kept && !this.#timer && this.edited && kept.length === 0;
    return found ?? (gone ? { name: "", code: this.published, base: this.hash, at: 0 } : undefined);
  }

  /** The reader's own change. It is kept, and confirms code that came with a link. */
  edit(code: string, by: Author): void {
    if (code === this.#code) return;
    if (this.unconfirmed) this.#leaveLink();
    this.#set(code, by);
    clearTimeout(this.#timer);
    this.#timer = window.setTimeout(() => this.save(), SAVE_AFTER);
  }

  /** Show code that came with a link, without keeping it. */
  borrow(code: string): void {
    this.save();
    if (!this.unconfirmed) this.#beforeLink = { code: this.#code, outdated: this.outdated };
    this.unconfirmed = code !== this.#beforeLink.code;
    this.outdated = !this.unconfirmed && this.#beforeLink.outdated; // of the reader's own code
    this.#set(code, "page");
  }

  /** Take what is shown as the reader's own. */
  confirm(): void {
    if (!this.unconfirmed) return;
    this.#leaveLink();
    this.#keep();
    this.#changed("page");
  }

  /** Keep the reader's edit on top of the code as it is published now. */
  rebase(): void {
    this.outdated = false;
    this.#keep();
    this.#changed("page");
  }

  /** Show an edit of elsewhere in place of this one, which is dropped. */
  take(edit: edits.Named): void {
    this.#drop();
    this.#become(edit);
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
    this.unconfirmed = false;
    this.outdated = this.#beforeLink.outdated;
    this.#set(this.#beforeLink.code, "page");
  }

  /** As published. What other tabs have kept is not this tab's to drop. */
  reset(): void {
    this.#drop();
    this.unconfirmed = this.outdated = false;
    this.#set(this.published, "page");
  }

  /** Keep an edit that is waiting to be kept. */
  save(): void {
    if (!this.#timer) return;
    this.#keep();
  }

  /** Whether the code shown is kept, or needs not be. */
  #keep(): boolean {
    this.#rest();
    if (!this.edited) {
      this.#drop();
      return true;
    }
    const at = Math.max(Date.now(), ...edits.all(this.key).map((edit) => edit.at + 1)); // two in one millisecond have an order too
    const kept = edits.keep(this.#name, { code: this.#code, base: this.outdated ? "" : this.hash, at });
    if (kept) {
      this.#kept = true;
      this.#replace();
    }
    this.#refuse(!kept);
    return kept;
  }

  /** Nothing of this tab's is kept any longer. */
  #drop(): void {
    this.#rest();
    edits.forget(this.#name);
    this.#replace();
    this.#kept = false;
    this.#refuse(false);
  }

  #refuse(refused: boolean): void {
    if (this.refused === refused) return;
    this.refused = refused;
    this.dispatchEvent(new Event("kept"));
  }

  /** What this code began as goes, unless another tab has gone on with it; so does what is the same. */
  #replace(): void {
    for (const { name, code } of edits.all(this.key)) {
      if (name !== this.#name && (code === this.#code || this.#began.get(name) === code)) edits.forget(name);
    }
    this.#began.clear();
  }

  #become({ name, code, base }: edits.Named): void {
    this.#code = code;
    this.outdated = this.edited && base !== this.hash;
    this.#kept = this.edited;
    this.#began = new Map(name ? [[name, code]] : []);
  }

  /** The link's code becomes the reader's; an edit from before stays beside it. */
  #leaveLink(): void {
    this.unconfirmed = this.outdated = this.#kept = false;
    this.#name = edits.newName(this.key);
    this.#began.clear();
  }

  #rest(): void {
    clearTimeout(this.#timer);
    this.#timer = 0;
  }

  #set(code: string, by: Author): void {
    this.#code = code;
    this.#changed(by);
  }

  #changed(by: Author): void {
    this.dispatchEvent(new CustomEvent<Author>("change", { detail: by }));
  }
}
