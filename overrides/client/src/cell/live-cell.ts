/** <live-cell>: the built HTML comes to life. This element holds the parts together; each part is in its own file. */
import type { RunResult, Steps, Wanted } from "../kernel/protocol";
import { pageConfig } from "../page/config";
import { consent, hasAgreed } from "../page/consent";
import { frame, framed } from "../page/frame";
import { halts } from "../page/kernel";
import { earlier, left, visitOf, wasLost } from "../page/visits";
import type { Tell } from "../page/waits";
import { Conductor } from "../run/conductor";
import type { Ended } from "../run/errand";
import type { Facts } from "../run/plan";
import { failure, shown, type Trouble } from "../run/run";
import type { Behalf } from "../run/runnable";
import { hear } from "../storage/tabs";
import { CodeView } from "./code-view";
import { belongs, keyOf } from "./edits";
import { Form } from "./form";
import { Offers } from "./offers";
import { perform } from "./performance";
import { type Author, Source } from "./source";
import { copyCode, downloadNotebook, shareCode } from "./takeaways";
import { isBusy, View, type Viewed } from "./view";

export class LiveCell extends HTMLElement implements Viewed {
  key = "";
  source!: Source;
  #view!: View;
  #code!: CodeView;
  #form!: Form;
  #offers!: Offers;
  #leave: AbortController | undefined;
  readonly #conductor = new Conductor(this, {
    changed: (before) => {
      this.#view.follow(this.#conductor.run, before);
      this.#compare();
    },
    restore: () => {
      this.#view.restore();
      this.#compare();
    },
    tell: (wait) => isBusy(shown(this.#conductor.run)) && this.#view.status.tell(wait),
  });

  get facts(): Facts {
    const { run } = this.#conductor;
    const { last } = run;
    return {
      id: this.id,
      names: last?.session === undefined ? "none" : last.gone ? "gone" : "here",
      asShown: this.hasRunAsShown,
      failure: failure(run, this.source.code, this.#expectsError),
      unconfirmed: this.source.unconfirmed,
      changed: last?.changed ?? false,
    };
  }

  get hasRunAsShown(): boolean {
    return this.#conductor.run.last?.code === this.code;
  }

  get code(): string {
    return this.source.code;
  }

  get #expectsError(): boolean {
    return "expectError" in this.dataset;
  }

  connectedCallback(): void {
    if (!this.#view) {
      const before = earlier(this);
      if (before) return this.replaceWith(before);
      this.#build();
    }
    this.#leave = new AbortController();
    const { signal } = this.#leave;
    window.addEventListener("pagehide", () => this.source.save(), { signal });
    window.addEventListener("hashchange", () => void this.#offers.fromLink(), { signal });
    hear(
      (key) => belongs(key, this.source.key),
      () => this.#offers.refreshOther(),
      signal,
    );
    window.addEventListener("pageshow", ({ persisted }) => persisted && this.#offers.refreshOther(), { signal });
    halts.addEventListener("halt", () => this.#conductor.handle({ type: "halted" }), { signal });
    consent.addEventListener("change", () => this.#agreed(), { signal });
    frame.addEventListener("change", () => this.#conductor.handle({ type: "trusted" }), { signal });
    this.#agreed(); // while another page was shown
    void this.#offers.fromLink().then(() => this.#watch(signal));
  }

  disconnectedCallback(): void {
    if (!this.#view) return; // the cell as it was left has taken its place
    left(this);
    this.#leave?.abort();
    this.#form.stop();
    this.source.save();
    this.#conductor.handle({ type: "left" });
    this.#code.destroy();
  }

  /** The cell's own Run, pressed beside what is said of its code: once more if it is running already. */
  run(): void {
    void this.#conductor.press("run", true);
  }

  /** Whatever else wants it run: a link's code does not for that. `tell` hears what is waited for, too. */
  ask(how: "run" | "all", tell?: Tell): Promise<Ended> {
    return this.#conductor.press(how, false, tell);
  }

  /** Code and output as published. What runs is stopped first. */
  reset(): void {
    this.#form.stop();
    this.source.reset();
    this.#code.mark();
    this.#view.notices.hide("tab", "damaged", "lost");
    this.#conductor.handle({ type: "reset" });
  }

  execute(behalf: Behalf): Steps<RunResult["status"] | "refused"> {
    const { id, key } = this;
    const source = behalf.code ?? this.code;
    this.source.ran(source);
    const { output, status } = this.#view;
    const handle = this.#conductor.handle.bind(this.#conductor);
    return perform({ id, key, source, code: this.#code, output, status, handle, ran: (result) => this.#ran(result) }, behalf);
  }

  isFree(above: string): void {
    this.#conductor.handle({ type: "freed", by: above });
  }

  isStale(): void {
    this.#conductor.handle({ type: "stale" });
  }

  forgetRun(): void {
    this.#conductor.handle({ type: "forgotten" });
  }

  hadTrouble(trouble: Trouble): void {
    this.#conductor.handle({ type: "over", job: 0, trouble });
  }

  wants(wanted: Wanted): void {
    this.#conductor.handle({ type: "wants", wanted });
  }

  /** Python has let go of what this cell computed. */
  sessionGone(): void {
    this.#conductor.handle({ type: "gone" });
  }

  show(): void {
    this.scrollIntoView({ block: "center" });
    this.querySelector<HTMLElement>(".live-run:not([hidden]), .live-stop:not([hidden])")?.focus({ preventScroll: true });
  }

  say(text: string): void {
    this.#view.status.say(text);
    this.#view.status.announce(text);
  }

  #ran(result: RunResult): void {
    this.#view.ran(result);
    if (result.status !== "ok" && !(result.status === "error" && this.#expectsError)) return;
    this.dispatchEvent(new CustomEvent("live-cell:ran", { bubbles: true, detail: { page: this.dataset.page ?? "", cell: this.id } }));
  }

  #agreed(): void {
    const { wanted } = this.#conductor.run;
    if (wanted && hasAgreed(wanted)) this.#conductor.handle({ type: "agreed" });
  }

  #compare(): void {
    this.#view.compare(this.#conductor.run, this.#form.waits);
  }

  #build(): void {
    const { base } = pageConfig();
    this.key = `${this.dataset.page ?? ""} ${visitOf(this)}`;
    const details = this.querySelector<HTMLDetailsElement>("details.live-code")!;
    const published = details.querySelector("pre.live-source")!.textContent!;
    this.source = new Source(published, this.dataset.hash ?? "", keyOf(this.dataset.page ?? "", this.id));
    const actions = { run: () => this.run(), reset: () => this.reset(), runAllAbove: () => void this.ask("all") };
    this.#view = new View(this, base, {
      ...actions,
      stop: () => this.#conductor.handle({ type: "stopped" }),
      copy: () => void copyCode(this, notices),
      notebook: () => void downloadNotebook(this, notices),
      share: () => void shareCode(this, notices),
    });
    const { notices, foreign, toolbar, status } = this.#view;
    this.#code = new CodeView(this.id, details, this.source, {
      ...actions,
      page: this.key,
      failed: () => notices.show("editor", "The editor could not be loaded. Check the connection and click the code again."),
    });
    this.#form = new Form(
      this.source,
      () => {
        this.#conductor.move();
        this.#compare();
      },
      () => 1000 * (this.#conductor.run.last?.seconds ?? Infinity),
    );
    this.#offers = new Offers(this.id, this.source, { notices, foreign }, { ...actions, borrowed: () => this.#showBorrowed() });
    details.before(foreign.element, toolbar.element);
    details.after(this.#form.element, notices.element);
    this.append(status.spoken.element);
    this.source.addEventListener("change", (event) => this.#onChange((event as CustomEvent<Author>).detail));
    this.#offers.refresh();
    this.#compare();
    if (!wasLost(this)) return;
    notices.show(
      "lost",
      "Python has let go of what you computed here before, to make room or because it restarted. The outputs are as published; with the next run the cells above run again.",
    );
  }

  #onChange(author: Author): void {
    if (author !== "editor") this.#code.show();
    this.#form.refresh();
    this.#offers.refresh();
    this.toggleAttribute("data-edited", this.source.edited);
    if (!this.source.unconfirmed) this.#conductor.handle({ type: "trusted" });
    this.#compare();
  }

  #showBorrowed(): void {
    this.querySelector<HTMLDetailsElement>("details.live-code")!.open = true;
    this.scrollIntoView({ block: "start" }); // what is said of it stands above it
    this.#view.status.announce(this.#view.foreign.element.textContent ?? "");
  }

  /** Run by itself when it comes into view, if its author asked for that. */
  #watch(signal: AbortSignal): void {
    if (!("autorun" in this.dataset) || signal.aborted) return;
    const observer = new IntersectionObserver((entries) => {
      if (!entries.some((entry) => entry.isIntersecting)) return;
      observer.disconnect();
      if (!this.source.unconfirmed && !framed() && shown(this.#conductor.run) === "idle") this.#conductor.move();
    });
    observer.observe(this);
    signal.addEventListener("abort", () => observer.disconnect());
  }
}
