/** A cell's output: what the kernel sends becomes the markup that the build writes, in place of what was there. */
import type { Metadata, MimeBundle, Output } from "../kernel/protocol";
import { ask } from "./input";
import { render } from "./mime";
import { Stream } from "./stream";

/** Outputs that replace earlier ones together, as soon as the first of them can be seen. */
interface Stage {
  number: number;
  /** The code that makes them. */
  code: string;
  host: ParentNode & Node;
  stream: Stream | undefined;
}

/** What was shown before a run: it comes back when the run does not take place after all. */
interface Before {
  nodes: Node[];
  source: string | undefined;
  code: string;
}

export class OutputArea {
  /** The code that made what is shown. */
  code: string;
  readonly #root: HTMLElement;
  readonly #published: Node[];
  readonly #publishedCode: string;
  #before: Before | undefined;
  #stage: Stage;
  #shown = 0;
  #displays = new Map<string | number, HTMLElement>();
  #pending = new Set<Promise<void>>();

  constructor(root: HTMLElement, publishedCode: string) {
    this.#root = root;
    this.#published = [...root.childNodes];
    this.code = this.#publishedCode = publishedCode;
    this.#stage = { number: 0, code: publishedCode, host: root, stream: undefined };
  }

  get empty(): boolean {
    return this.#root.textContent!.trim() === "" && !this.#root.querySelector("img, svg, canvas");
  }

  get published(): boolean {
    return this.#root.dataset.source === "build";
  }

  /** A run of `code` has started: its outputs will replace what is shown. */
  begin(code: string): void {
    this.#before = { nodes: [...this.#root.childNodes], source: this.#root.dataset.source, code: this.code };
    this.#displays.clear();
    this.#next(code);
  }

  /** The run did not take place after all: show again what was there before it. */
  takeBack(): void {
    const { nodes, source, code } = this.#before!;
    this.#shown = this.#stage.number;
    this.#root.replaceChildren(...nodes);
    this.#root.dataset.source = source;
    this.code = code;
    this.#finish();
  }

  /** The run takes its time: what is shown is of the run before. */
  waits(): void {
    if (this.#stage.number > this.#shown) this.#root.setAttribute("aria-busy", "true");
  }

  add(batch: Output[]): void {
    for (const output of joined(batch)) this.#add(output);
  }

  /** The run is over; resolves when everything is drawn. */
  async end(): Promise<void> {
    while (this.#pending.size) await Promise.all(this.#pending);
    this.#show(this.#stage);
    this.#root.querySelectorAll("form.live-input").forEach((form) => form.closest(".live-out")!.remove());
    this.#finish();
  }

  /** Show what was published with the page. */
  restore(): void {
    this.#root.replaceChildren(...this.#published);
    this.#root.dataset.source = "build";
    this.code = this.#publishedCode;
    this.#shown = this.#stage.number;
  }

  /** Ask the reader for a line; resolves with it. */
  ask(prompt: string, password: boolean): Promise<string> {
    const { element, answer } = ask(prompt, password);
    this.#append(element);
    element.querySelector("input")!.focus({ preventScroll: false });
    // Python writes the question and its answer into the output, as a terminal would.
    return answer.finally(() => element.remove());
  }

  #finish(): void {
    this.#before = undefined;
    this.#root.style.minHeight = "";
    this.#root.removeAttribute("aria-busy");
  }

  #next(code = this.#stage.code): void {
    this.#stage = { number: this.#stage.number + 1, code, host: document.createDocumentFragment(), stream: undefined };
  }

  #add(output: Output): void {
    switch (output.output_type) {
      case "stream":
        return this.#write(output.name, output.text);
      case "clear_output":
        this.#next();
        if (!output.wait) this.#show(this.#stage);
        return;
      case "update_display_data":
        return this.#update(output.transient.display_id, output.data, output.metadata);
      case "error":
        return this.#place(render(output));
      default: {
        const id = output.output_type === "display_data" ? output.transient?.display_id : undefined;
        return this.#place(render(output), id);
      }
    }
  }

  #write(name: "stdout" | "stderr", text: string): void {
    if (this.#stage.stream?.name === name) return this.#stage.stream.append(text);
    const stream = new Stream(name);
    this.#append(stream.element);
    this.#stage.stream = stream;
    stream.append(text);
  }

  /** Put a rendered output in its place; one that takes time keeps the place meanwhile. */
  #place(rendered: HTMLElement | Promise<HTMLElement>, id?: string | number): void {
    if (rendered instanceof HTMLElement) {
      if (id) this.#displays.set(id, rendered);
      return this.#append(rendered);
    }
    const stage = this.#stage;
    const place = document.createElement("div");
    if (id) this.#displays.set(id, place);
    stage.stream = undefined;
    stage.host.append(place);
    this.#await(
      rendered.then((element) => {
        place.replaceWith(element);
        if (id && this.#displays.get(id) === place) this.#displays.set(id, element);
        this.#show(stage);
      }),
    );
  }

  #update(id: string | number, data: MimeBundle, metadata: Metadata): void {
    const before = this.#displays.get(id);
    if (!before) return;
    const rendered = render({ output_type: "display_data", data, metadata });
    const put = (element: HTMLElement) => {
      // A later update may have been quicker, or the output cleared.
      if (this.#displays.get(id) !== before) return;
      before.replaceWith(element);
      this.#displays.set(id, element);
    };
    if (rendered instanceof HTMLElement) put(rendered);
    else this.#await(rendered.then(put));
  }

  #append(element: HTMLElement): void {
    this.#stage.stream = undefined;
    this.#stage.host.append(element);
    this.#show(this.#stage);
  }

  #await(work: Promise<void>): void {
    this.#pending.add(work);
    work.finally(() => this.#pending.delete(work));
  }

  /** Replace what is shown by this stage, keeping the height until the run is over. */
  #show(stage: Stage): void {
    if (stage.number <= this.#shown) return;
    this.#shown = stage.number;
    this.code = stage.code;
    const height = this.#root.offsetHeight;
    if (height) this.#root.style.minHeight = `${height}px`;
    this.#root.replaceChildren(stage.host);
    stage.host = this.#root;
    this.#root.dataset.source = "page";
    this.#root.setAttribute("aria-busy", "false");
  }
}

/** Neighbouring pieces of one stream become one. */
function joined(batch: Output[]): Output[] {
  const out: Output[] = [];
  for (const output of batch) {
    const last = out.at(-1);
    if (output.output_type === "stream" && last?.output_type === "stream" && last.name === output.name) {
      out[out.length - 1] = { ...last, text: last.text + output.text };
    } else out.push(output);
  }
  return out;
}
