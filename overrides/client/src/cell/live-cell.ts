/** <live-cell>: the built HTML comes to life. This element holds the parts together; each part is in its own file. */
import type { Kernel, Output, RunResult, Wanted } from "../kernel/protocol";
import { OutputArea } from "../output/area";
import { failingLine } from "../output/error";
import { pageConfig } from "../page/config";
import { agree, agreeToPython, consent, hasAgreed, pythonFirst, pythonIsHere } from "../page/consent";
import { cellsOf, type Ended, run, runAllAbove, stop } from "../page/runs";
import { earlier, left, visitOf, wasLost } from "../page/visits";
import { progressIn, Spoken, type Tell, type Wait, words } from "../page/waits";
import { hear } from "../storage/tabs";
import { CodeView } from "./code-view";
import { comparison } from "./comparison";
import { copy, field } from "./copy";
import { belongs, keyOf } from "./edits";
import { Form } from "./form";
import { Notices } from "./notice";
import { Offers } from "./offers";
import { linkTo } from "./share";
import { type Author, Source } from "./source";
import { type State, Toolbar } from "./toolbar";
import { showUsed } from "./used";

type How = (cell: LiveCell) => Promise<Ended>;

const LASTS = 40; // ms

/** Why those below cannot build on a run. */
const FAILURES = { error: "raised an error", stopped: "was stopped before its end", died: "made Python stop working" };

export class LiveCell extends HTMLElement {
  /** The kernel's name for this visit of the page. */
  key = "";
  /** The session in which this cell last ran. */
  session: number | undefined;
  /** The last run was of other code than the one before it in the same session. */
  changedSinceLastRun = false;
  source!: Source;
  #base = "";
  #toolbar!: Toolbar;
  #notices!: Notices;
  #code!: CodeView;
  #form!: Form;
  #offers!: Offers;
  #output!: OutputArea;
  #spoken = new Spoken();
  #used: HTMLElement | null = null;
  #publishedUsed: Node[] = [];
  #leave: AbortController | undefined;
  #queued = false;
  #executing = false;
  #again = false;
  #trusted = false;
  /** The reader has pressed Run for what runs now; a moved control is no such press. */
  #pressed = false;
  /** That press was for all cells above, too. */
  #pressedAll = false;
  /** How the last run was asked for. */
  #how: How = run;
  /** What a run has to fetch and the reader has not agreed to. */
  #wanted: Wanted | undefined;
  #looking = false;
  #restoring = false;
  #lastCode: string | undefined;
  #lastStatus: RunResult["status"] | undefined;
  #blockedBy: LiveCell | undefined;
  /** How long the last run took, in milliseconds. */
  #took = Infinity;
  #passing = 0;
  #passingWords = "";

  get state(): State {
    return this.dataset.state as State;
  }

  get expectsError(): boolean {
    return "expectError" in this.dataset;
  }

  get hasRunAsShown(): boolean {
    return this.#lastCode === this.source.code;
  }

  /** Why those below cannot build on this cell as it stands, if it ran and they cannot: "raised an error". */
  get failure(): string | undefined {
    const status = this.#lastStatus;
    if (!status || status === "ok" || !this.hasRunAsShown || (status === "error" && this.expectsError)) return undefined;
    return FAILURES[status];
  }

  /** Its code came with a link and the reader has not run it. */
  get unconfirmed(): boolean {
    return this.source.unconfirmed && !this.#trusted;
  }

  connectedCallback(): void {
    if (!this.#toolbar) {
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
    consent.addEventListener("change", () => this.#compare(), { signal });
    void this.#offers.fromLink().then(() => this.#watch(signal));
  }

  disconnectedCallback(): void {
    if (!this.#toolbar) return; // the cell as it was left has taken its place
    left(this);
    this.#leave?.abort();
    this.#form.stop();
    this.source.save();
    this.#again = false;
    if (this.#queued) void stop();
    this.#code.destroy();
  }

  /** The reader's own wish: run this cell, once more if it is running already. */
  run(): void {
    this.#press();
    this.#begin(run);
  }

  /** `tell` hears what is waited for, too. Nothing when it is running already. */
  async runAllAbove(tell?: Tell): Promise<Ended | undefined> {
    this.#press(true);
    return this.#queued ? undefined : this.#start((cell) => runAllAbove(cell, tell));
  }

  /** Code and output as published. What runs is stopped first. */
  reset(): void {
    this.#form.stop();
    this.source.reset();
    this.#code.mark();
    this.#notices.hide("start", "blocked", "stopped", "stale", "tab", "damaged", "lost");
    this.#restoring = true;
    if (this.#queued || this.#executing) this.#stop();
    else this.#restore();
  }

  /** May `cell`, which runs for this one, fetch this? What it says itself that it fetches, its own Run has agreed to, and so has a Run of all. */
  mayFetch(wanted: Wanted, cell: LiveCell): boolean {
    if (this.#pressed && (cell === this || this.#pressedAll)) agree(wanted);
    if (hasAgreed(wanted)) return true;
    this.#wanted = wanted;
    return false;
  }

  // What page/runs.ts tells the cell.

  waits(): void {
    this.#blockedBy = undefined;
    this.#notices.hide("start", "blocked", "stopped", "lost");
    this.#turnSoon("loading", "");
  }

  tell(wait: Wait): void {
    this.#say(words(wait), wait.share);
    this.#spoken.later(wait.step);
  }

  couldNotStart(error: unknown): void {
    const message =
      error instanceof Error && error.name === "KernelError"
        ? error.message
        : "Python could not be loaded. Check the connection and try again.";
    this.#turn("error", "");
    this.#notices.show("start", message, [{ name: "Retry", do: () => this.run() }]);
    this.#announce(message);
  }

  /** It does not wait any more, and has not run. */
  rests(): void {
    this.#again = false;
    if (this.state !== "loading") return;
    const status = this.session === undefined && this.#lastStatus === "ok" ? undefined : this.#lastStatus;
    this.#turn(!status ? "idle" : status === "ok" ? "done" : "error", "");
  }

  isBlocked(above: LiveCell, why: string): void {
    this.#again = false;
    this.#blockedBy = above;
    this.#turn("error", "");
    const message = `The cell “${above.id}” above ${why}${above.failure ? ", so this one did not run" : ""}.`;
    const show = { name: "Show it", do: () => above.show() };
    const both = { name: "Run both", do: () => (above.forgetRun(), this.run()) };
    this.#notices.show("blocked", message, above.failure ? [show, both] : [show]);
    this.#announce(message);
  }

  /** A cell above has succeeded. */
  isFree(above: LiveCell): void {
    if (this.#blockedBy !== above) return;
    this.#blockedBy = undefined;
    this.#notices.hide("blocked");
    if (this.state !== "error" || this.#queued) return;
    this.dataset.state = "loading";
    this.rests();
  }

  /** Its last run counts no more: it runs again before those below do. */
  forgetRun(): void {
    this.#lastStatus = undefined;
    this.session = undefined;
  }

  show(): void {
    this.scrollIntoView({ block: "center" });
    this.querySelector<HTMLElement>(".live-run:not([hidden]), .live-stop:not([hidden])")?.focus({ preventScroll: true });
  }

  /** Python has let go of what this cell computed. */
  sessionGone(): void {
    if (this.session === undefined || this.state !== "done") return;
    this.#turn("idle", "Ran before Python restarted");
  }

  isStale(): void {
    this.#notices.show("stale", "A cell above has changed since this one ran.", [{ name: "Run it again", do: () => this.run() }]);
  }

  say(text: string): void {
    this.#say(text);
    this.#announce(text);
  }

  /**
   * Run the code now, on a kernel that has started. `asked`: the cell whose reader wants it; `tell` hears how far it is, when that is
   * another cell's wish.
   */
  async execute(kernel: Kernel, asked: LiveCell = this, tell?: Tell): Promise<RunResult["status"]> {
    const { code } = this.source;
    let refused = false;
    this.#executing = true;
    this.#code.mark();
    this.#notices.hide("start", "blocked", "stopped", "stale", "lost");
    this.#output.begin(code);
    this.#turnSoon("running", "");
    const began = performance.now();
    const slow = window.setTimeout(() => this.#say("Running…"), 400);
    let result: RunResult;
    try {
      result = await kernel.run(
        { page: this.key, cell: this.id, code },
        {
          output: (batch) => {
            this.#received(batch);
            const wait = progressIn(batch);
            if (wait) clearTimeout(slow);
            if (wait) tell?.(wait), this.#say(words(wait), wait.share);
          },
          input: (prompt, password) => this.#output.ask(prompt, password),
          fetch: (wanted) => {
            const may = asked.mayFetch(wanted, this);
            refused ||= !may;
            return may;
          },
        },
      );
      if (refused) this.#output.takeBack();
      else await this.#output.end();
    } finally {
      clearTimeout(slow);
      this.#executing = false;
    }
    if (refused) return this.#wasRefused();
    const { status, restarted, used } = result;
    const session = restarted ? undefined : kernel.session(this.key);
    this.changedSinceLastRun = this.#lastCode !== undefined && this.session === session && this.#lastCode !== code;
    [this.session, this.#lastCode, this.#lastStatus] = [session, code, status];
    if (status === "ok" && this.#used) showUsed(this.#used, used, this.#base);
    if (status === "ok" || (status === "error" && this.expectsError))
      this.dispatchEvent(new CustomEvent("live-cell:ran", { bubbles: true, detail: { page: this.dataset.page ?? "", cell: this.id } }));
    this.#took = performance.now() - began;
    const seconds = this.#took / 1000;
    this.#turn(status === "ok" ? "done" : "error", `${seconds.toFixed(seconds < 10 ? 1 : 0)} s`);
    if (!tell || status !== "ok")
      this.#announce(
        status === "ok" ? `${this.id} has finished.` : status === "stopped" ? `${this.id} was stopped.` : `${this.id} ended with an error.`,
      );
    if (this.#restoring && !this.#queued) this.#restore();
    else if (status === "stopped" && restarted) {
      this.#notices.show(
        "stopped",
        "Python had to be restarted to stop this. Its names are gone; the cells above will run again with the next run.",
      );
    }
    return status;
  }

  /** A press of Run agrees to what was said to be fetched, and to Python. */
  #press(all = false): void {
    this.#trusted = this.#pressed = true;
    this.#pressedAll = all;
    if (this.#wanted) agree(this.#wanted);
    agreeToPython();
  }

  /** Run once more, if it is running already. */
  #begin(how: How): void {
    if (this.#queued) this.#again = this.#executing;
    else void this.#start(how);
  }

  /** Run because a control was moved or the cell came into view: only if nothing has to be asked first. */
  async #runUnasked(): Promise<void> {
    if (this.#wanted && !hasAgreed(this.#wanted)) return this.#compare();
    if (!pythonIsHere()) {
      this.#looking = true;
      this.#wanted = await pythonFirst();
      this.#looking = false;
      if (!this.isConnected) return;
      if (this.#wanted) return this.#compare();
    }
    if (!this.#queued) this.#pressed = false;
    this.#begin(run);
  }

  async #start(how: How): Promise<Ended> {
    this.#queued = true;
    this.#how = how;
    this.#wanted = undefined;
    this.#compare();
    try {
      let ended: Ended;
      do {
        this.#again = false;
        ended = await how(this);
      } while (this.#again && this.isConnected);
      return ended;
    } finally {
      this.#queued = false;
      if (this.#restoring) this.#restore();
      this.#compare();
    }
  }

  /** Say it when the output is not that of the code shown, and what a run has to fetch first. */
  #compare(): void {
    if (this.#wanted && hasAgreed(this.#wanted)) this.#wanted = undefined;
    const busy = this.#queued || this.#looking || this.#form.waits || this.state === "loading" || this.state === "running";
    const text = busy ? "" : comparison(this.source, this.#output, this.#wanted);
    if (!text) return this.#notices.hide("other");
    // Code from a link is run from its bar, below the words that came with it.
    const choices = this.unconfirmed ? [] : [{ name: this.#wanted ? "Fetch and run" : "Run it", do: () => this.#runAgain() }];
    this.#notices.show("other", text, choices);
    if (this.#wanted && text !== this.#spoken.element.textContent) this.#announce(text);
  }

  #runAgain(): void {
    const how = this.#wanted ? this.#how : run;
    this.#press();
    this.#begin(how);
  }

  #wasRefused(): "stopped" {
    this.dataset.state = "loading";
    this.rests();
    if (this.#restoring && !this.#queued) this.#restore();
    return "stopped";
  }

  #stop(): void {
    this.#again = false;
    void stop();
  }

  #restore(): void {
    this.#restoring = false;
    this.#notices.hide("start", "blocked", "stopped");
    this.#output.restore();
    this.#used?.replaceChildren(...this.#publishedUsed);
    this.session = this.#lastCode = this.#lastStatus = this.#blockedBy = undefined;
    this.#turn("idle", "");
  }

  #received(batch: Output[]): void {
    this.#output.add(batch);
    const error = batch.find((output) => output.output_type === "error");
    const frame = error && failingLine(error, this.id);
    if (frame) this.#code.mark(frame.line, `${error.ename}: ${error.evalue}`.split("\n")[0]);
  }

  /** A state that passes is drawn if it lasts: drawing the page for it would keep the result of a quick cell waiting. */
  #turnSoon(state: State, status: string): void {
    this.dataset.state = state;
    clearTimeout(this.#passing);
    this.#passingWords = status;
    this.#passing = window.setTimeout(() => {
      this.#turn(state, this.#passingWords);
      if (state === "running") this.#output.waits();
    }, LASTS);
  }

  #turn(state: State, status: string): void {
    clearTimeout(this.#passing);
    this.#passing = 0;
    this.dataset.state = state;
    this.#toolbar.show(state);
    this.#toolbar.say(status);
    this.#toolbar.canReset(this.source.edited || this.session !== undefined);
    this.#compare();
  }

  #announce(text: string): void {
    this.#spoken.say(text);
  }

  #say(text: string, share?: number): void {
    if (this.#passing) this.#passingWords = text;
    else this.#toolbar.say(text, share);
  }

  #build(): void {
    const { base } = pageConfig();
    this.#base = base;
    this.key = `${this.dataset.page ?? ""} ${visitOf(this)}`;
    const details = this.querySelector<HTMLDetailsElement>("details.live-code")!;
    const published = details.querySelector("pre.live-source")!.textContent!;
    this.source = new Source(published, this.dataset.hash ?? "", keyOf(this.dataset.page ?? "", this.id));
    this.#notices = new Notices();
    this.#toolbar = new Toolbar(`Cell ${this.id}`, {
      run: () => this.run(),
      stop: () => this.#stop(),
      reset: () => this.reset(),
      runAllAbove: () => void this.runAllAbove(),
      copy: () => void this.#copy(),
      notebook: () => void this.#notebook(),
      share: () => void this.#share(),
    });
    this.#code = new CodeView(this.id, details, this.source, {
      page: this.key,
      run: () => this.run(),
      runAllAbove: () => void this.runAllAbove(),
      failed: () => this.#notices.show("editor", "The editor could not be loaded. Check the connection and click the code again."),
    });
    this.#form = new Form(
      this.source,
      () => void this.#runUnasked(),
      () => this.#took,
    );
    this.#output = new OutputArea(this.querySelector<HTMLElement>(".live-output")!, published);
    this.#used = this.querySelector<HTMLElement>(".live-used");
    this.#publishedUsed = [...(this.#used?.childNodes ?? [])];
    this.#offers = new Offers(this.id, this.source, this.#notices, {
      reset: () => this.reset(),
      borrowed: () => this.#showBorrowed(),
    });
    details.before(this.#toolbar.element);
    details.after(this.#form.element, this.#notices.element);
    this.append(this.#spoken.element);
    this.source.addEventListener("change", (event) => this.#onChange((event as CustomEvent<Author>).detail));
    this.#offers.refresh();
    this.#turn(this.state ?? "idle", "");
    if (wasLost(this)) {
      this.#notices.show(
        "lost",
        "Python has let go of what you computed here before, to make room or because it restarted. The outputs are as published; with the next run the cells above run again.",
      );
    }
  }

  #onChange(author: Author): void {
    if (author !== "editor") this.#code.show();
    this.#form.refresh();
    this.#offers.refresh();
    this.toggleAttribute("data-edited", this.source.edited);
    this.#toolbar.canReset(this.source.edited || this.session !== undefined);
    this.#compare();
  }

  #showBorrowed(): void {
    this.#trusted = false;
    this.querySelector<HTMLDetailsElement>("details.live-code")!.open = true;
    this.scrollIntoView({ block: "center" });
  }

  /** Run by itself when it comes into view, if its author asked for that. */
  #watch(signal: AbortSignal): void {
    if (!("autorun" in this.dataset) || signal.aborted) return;
    const observer = new IntersectionObserver((entries) => {
      if (!entries.some((entry) => entry.isIntersecting)) return;
      observer.disconnect();
      if (!this.source.unconfirmed && this.state === "idle") void this.#runUnasked();
    });
    observer.observe(this);
    signal.addEventListener("abort", () => observer.disconnect());
  }

  async #copy(): Promise<void> {
    if (await copy(this.source.code)) return this.say("Copied");
    this.#notices.show("copy", "Your browser does not let this page copy. Select the code and copy it by hand.");
  }

  async #share(): Promise<void> {
    const link = await linkTo(location.href, this.id, this.source.code);
    if (await copy(link)) return this.say("Link copied");
    this.#notices.show("share", "A link that carries this code:", [], field(link, "Link to this cell"));
  }

  async #notebook(): Promise<void> {
    const { notebook } = pageConfig();
    const url = notebook ?? new URL("notebook.ipynb", location.href).href;
    const { download } = await import("./notebook");
    const codes = new Map(cellsOf(this.key).map((cell) => [cell.id, cell.source.code]));
    await download(url, codes).then(
      () => this.say("Saved"),
      (error: Error) => this.#notices.show("notebook", error.message),
    );
  }
}
