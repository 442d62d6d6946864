/** What becomes of code that is neither the published nor simply the reader's: the reader decides. */
import type { Notices } from "./notice";
import { linked, unpack } from "./share";
import type { Source } from "./source";
import { parse } from "./store";

export class Offers {
  /** The page's address still carries code that was shown here. */
  #carried = false;

  constructor(
    readonly id: string,
    readonly source: Source,
    readonly notices: Notices,
    readonly take: { reset(): void; borrowed(): void; busy(): boolean },
  ) {}

  /** Show what is to be decided now. */
  refresh(): void {
    const { source, notices } = this;
    if (source.outdated) {
      notices.show("outdated", "This cell has been published anew since you edited it. What you see is yours.", [
        { name: "Keep mine", do: () => source.rebase() },
        { name: "Take the new one", do: () => this.take.reset() },
      ], this.#difference());
    } else notices.hide("outdated");
    if (source.unconfirmed) {
      notices.show("link", "This code came with the link. It has not run, and your own edit is untouched. Read it before you run it.", [
        { name: "Keep it", do: () => source.confirm() },
        { name: "Drop it", do: () => source.giveBack() },
      ]);
    } else {
      notices.hide("link");
      if (this.#carried && linked(location.hash)?.id === this.id) history.replaceState(history.state, "", `#${this.id}`);
      this.#carried = false;
    }
  }

  /** Show the code in the page's address, when it is for this cell. */
  async fromLink(): Promise<void> {
    const link = linked(location.hash);
    if (link?.id !== this.id) return;
    try {
      const code = await unpack(link.packed);
      this.#carried = true;
      this.source.borrow(code);
      this.take.borrowed();
    } catch {
      this.notices.show("damaged", "The code in this link is incomplete, so you see the cell as it is published. Ask for the link again.");
    }
  }

  /** Another tab kept or dropped an edit of this cell. */
  fromOtherTab(text: string | null): void {
    const { source, notices } = this;
    const theirs = parse(text)?.code ?? source.published;
    if (theirs === source.code) return notices.hide("tab");
    if (source.unconfirmed) return;
    if (!source.saving && !this.take.busy()) return source.adopt(theirs);
    notices.show("tab", "This cell has just been edited in another tab.", [
      { name: "Take that edit", do: () => (notices.hide("tab"), source.adopt(theirs)) },
      { name: "Keep this one", do: () => (notices.hide("tab"), source.rebase()) },
    ]);
  }

  #difference(): HTMLElement {
    const details = document.createElement("details");
    details.append(Object.assign(document.createElement("summary"), { textContent: "What is different" }));
    details.addEventListener("toggle", async () => {
      const { difference } = await import("./difference");
      details.querySelector("pre")?.remove();
      details.append(difference(this.source.published, this.source.code));
    });
    return details;
  }
}
