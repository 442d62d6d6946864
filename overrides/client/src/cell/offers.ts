/** What becomes of code that is neither the published nor simply the reader's: the reader decides. */
import type { Notices } from "./notice";
import { linked, unpack } from "./share";
import type { Source } from "./source";

export class Offers {
  /** The page's address still carries code that was shown here. */
  #carried = false;

  constructor(
    readonly id: string,
    readonly source: Source,
    readonly notices: Notices,
    readonly take: { reset(): void; borrowed(): void },
  ) {}

  /** Show what is to be decided now. */
  refresh(): void {
    this.#refreshPublished();
    this.#refreshLink();
    this.refreshOther();
  }

  /** Edits of elsewhere: they come while this tab is only looked at. */
  refreshOther(): void {
    const { source, notices } = this;
    const { other } = source;
    if (!other) return notices.hide("tab");
    const text = other.name
      ? "There is another edit of this cell, from another tab or from before."
      : "This cell has been reset in another tab.";
    notices.show(
      "tab",
      text,
      [
        { name: "Take it", do: () => source.take(source.other ?? other) },
        { name: "Keep mine", do: () => source.pass(source.other ?? other) },
      ],
      this.#difference(() => [source.code, source.other?.code ?? other.code]),
    );
  }

  #refreshPublished(): void {
    const { source, notices } = this;
    if (!source.outdated) return notices.hide("outdated");
    notices.show(
      "outdated",
      "This cell has been published anew since you edited it. What you see is yours.",
      [
        { name: "Keep mine", do: () => source.rebase() },
        { name: "Take the new one", do: () => this.take.reset() },
      ],
      this.#difference(() => [source.published, source.code]),
    );
  }

  #refreshLink(): void {
    const { source, notices } = this;
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

  /** What `texts` differ in, when it is unfolded. */
  #difference(texts: () => [old: string, code: string]): HTMLElement {
    const details = document.createElement("details");
    details.append(Object.assign(document.createElement("summary"), { textContent: "What is different" }));
    details.addEventListener("toggle", async () => {
      const { difference } = await import("./difference");
      details.querySelector("pre")?.remove();
      details.append(difference(...texts()));
    });
    return details;
  }
}
