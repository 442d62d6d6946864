/** What becomes of code that is neither the published nor simply the reader's: the reader decides. */
import type { Notices } from "./notice";
import { linked, unpack } from "./share";
import type { Source } from "./source";

export class Offers {
  readonly notices: Notices;
  /** The page's address still carries code that was shown here. */
  #carried = false;

  readonly #foreign: Notices;

  /** `places`: where the reader is told; what a link brought stands above its code. */
  constructor(
    readonly id: string,
    readonly source: Source,
    { notices, foreign }: { notices: Notices; foreign: Notices },
    readonly take: { reset(): void; borrowed(): void },
  ) {
    this.notices = notices;
    this.#foreign = foreign;
    source.addEventListener("ran", () => this.#refreshLink());
    source.addEventListener("kept", () => this.#refreshRefused());
    this.#showUnread();
  }

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

  #refreshRefused(): void {
    if (!this.source.refused) return this.notices.hide("refused");
    this.notices.show(
      "refused",
      "Your browser does not let this page keep your edits (storage is blocked or full). They last until you leave the page.",
    );
  }

  /** What was kept and cannot be read: its text may still be of use. */
  #showUnread(): void {
    const { damaged, newer } = this.source.unread;
    if (damaged.length) {
      const what = damaged.length === 1 ? "An edit of this cell" : `${damaged.length} edits of this cell`;
      const text = `${what} that your browser had kept cannot be read, and you see the cell without. Nothing of it was thrown away.`;
      const kept = details("What was kept");
      kept.append(...damaged.map((text) => Object.assign(document.createElement("pre"), { className: "live-unread", textContent: text })));
      this.notices.show("unread", text, [], kept);
    }
    if (newer)
      this.notices.show(
        "newer",
        "Your browser holds an edit of this cell of a newer version of this page. It is left as it is, and not shown.",
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
    const { source } = this;
    if (!source.foreign) this.#foreign.hide("link");
    else
      this.#foreign.show("link", words(source), [
        { name: "Keep it as mine", do: () => source.confirm() },
        { name: "Drop it", do: () => source.giveBack() },
      ]);
    if (source.carried) return;
    if (this.#carried && linked(location.hash)?.id === this.id) history.replaceState(history.state, "", `#${this.id}`);
    this.#carried = false;
  }

  /** Show the code in the page's address, when it is for this cell. */
  async fromLink(): Promise<void> {
    const link = linked(location.hash);
    if (link?.id !== this.id) return;
    try {
      const code = await unpack(link.packed);
      if (linked(location.hash)?.packed !== link.packed) return; // another has come meanwhile
      this.#carried = true;
      this.source.borrow(code);
      this.take.borrowed();
    } catch {
      this.notices.show("damaged", "The code in this link is incomplete, so you see the cell as it is published. Ask for the link again.");
    }
  }

  /** What `texts` differ in, when it is unfolded. */
  #difference(texts: () => [old: string, code: string]): HTMLElement {
    const shown = details("What is different");
    shown.addEventListener("toggle", async () => {
      const { difference } = await import("./difference");
      shown.querySelector("pre")?.remove();
      shown.append(difference(...texts()));
    });
    return shown;
  }
}

/** Whose code it is, and what has become of it so far. */
function words({ altered, runs }: Source): string {
  const whose = altered ? "This code came with a link, and you have changed it." : "This code came with a link.";
  const ran = runs === 0 ? "It has not run." : `You have run it ${runs === 1 ? "once" : `${runs} times`}.`;
  return `${whose} ${ran} ${runs === 0 ? "Read it before you press Run. Your own version of this cell is untouched." : "It is not kept as yours."}`;
}

function details(summary: string): HTMLElement {
  const made = document.createElement("details");
  made.append(Object.assign(document.createElement("summary"), { textContent: summary }));
  return made;
}
