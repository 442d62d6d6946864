/** The controls of a cell's parameters. The code stays the truth: a control edits its line, an edited line moves its control. */
import { type Param, readParams, type Value, writeParam } from "./params";
import type { Source } from "./source";

/** A cell that answers within QUICK runs with every letter typed; a slower one when the typing pauses. In milliseconds. */
const QUICK = 150;
const PAUSE = 500;

type Control = HTMLInputElement | HTMLSelectElement;

export class Form {
  readonly element = document.createElement("form");
  readonly #source: Source;
  readonly #run: () => void;
  readonly #took: () => number;
  /** By parameter. Not by the form's own list of its elements: a parameter may have any name, "elements" too. */
  readonly #controls = new Map<string, Control>();
  #shape = "";
  #timer = 0;
  /** A run follows what was changed. */
  #owes = false;
  #ranWith = "";

  /** `took`: how long the last run took; infinity before there was one. */
  constructor(source: Source, run: () => void, took: () => number) {
    this.#source = source;
    this.#run = run;
    this.#took = took;
    this.element.className = "live-form";
    this.element.addEventListener("submit", (event) => event.preventDefault());
    this.refresh();
  }

  /** Follow the code: build the controls anew when its parameters are others, else only move them. */
  refresh(): void {
    const params = readParams(this.#source.code);
    const shape = JSON.stringify(params.map(({ name, type, min, max, step, options }) => [name, type, min, max, step, options]));
    if (shape !== this.#shape) {
      this.#shape = shape;
      this.#controls.clear();
      this.element.replaceChildren(...params.map((param) => this.#row(param)));
      this.element.hidden = params.length === 0;
    }
    for (const { name, value } of params) this.#move(name, value);
  }

  /** A run is about to follow, now or when the typing pauses. */
  get waits(): boolean {
    return this.#owes;
  }

  stop(): void {
    clearTimeout(this.#timer);
    this.#timer = 0;
    this.#owes = false;
  }

  #row(param: Param): HTMLElement {
    const label = document.createElement("label");
    label.className = "live-param";
    label.dataset.kind = param.type;
    label.append(Object.assign(document.createElement("span"), { textContent: param.name }));
    const control = param.type === "dropdown" ? dropdown(param) : input(param);
    this.#controls.set(param.name, control);
    label.append(control);
    if (param.type === "slider") label.append(document.createElement("output"));
    control.addEventListener("input", () => this.#changed(param, control));
    if (param.type === "string" || param.type === "number" || param.type === "integer") {
      control.addEventListener("change", () => this.#soon(0));
    }
    return label;
  }

  #changed(param: Param, control: Control): void {
    const value = read(param, control);
    if (value === undefined) return;
    this.#show(control, value);
    this.#owes = true;
    this.#source.edit(writeParam(this.#source.code, param.name, value), "form");
    this.#soon(
      control instanceof HTMLInputElement && param.type !== "slider" && param.type !== "boolean" && this.#took() > QUICK ? PAUSE : 0,
    );
  }

  #soon(milliseconds: number): void {
    const waiting = this.#timer !== 0;
    clearTimeout(this.#timer);
    if (milliseconds === 0) {
      this.#timer = 0;
      // "change" after a run for the same text has started asks for nothing new.
      if (waiting || this.#ranWith !== this.#source.code) this.#go();
      return;
    }
    this.#timer = window.setTimeout(() => {
      this.#timer = 0;
      this.#go();
    }, milliseconds);
  }

  #go(): void {
    this.#ranWith = this.#source.code;
    this.#owes = false;
    this.#run();
  }

  #move(name: string, value: Value): void {
    const control = this.#controls.get(name);
    if (!control) return;
    if (control instanceof HTMLInputElement && control.type === "checkbox") control.checked = value === true;
    else if (control instanceof HTMLSelectElement)
      control.selectedIndex = [...control.options].findIndex((option) => option.value === JSON.stringify(value));
    else if (control.value !== String(value) && !(control === document.activeElement && control.type !== "range"))
      control.value = String(value);
    this.#show(control, value);
  }

  #show(control: HTMLElement, value: Value): void {
    const output = control.parentElement!.querySelector("output");
    if (output) output.textContent = String(value);
  }
}

function input({ type, min, max, step, value }: Param): HTMLInputElement {
  const control = document.createElement("input");
  control.type = type === "slider" ? "range" : type === "boolean" ? "checkbox" : type === "string" ? "text" : "number";
  if (control.type === "range" || control.type === "number") {
    if (min !== undefined) control.min = String(min);
    if (max !== undefined) control.max = String(max);
    control.step = step !== undefined ? String(step) : type === "number" ? "any" : "1";
  }
  if (type === "string") {
    control.autocomplete = "off";
    control.spellcheck = false;
    control.size = Math.min(60, Math.max(12, String(value).length));
  }
  return control;
}

function dropdown({ options, value }: Param): HTMLSelectElement {
  const control = document.createElement("select");
  const all = options!.some((option) => option === value) ? options! : [value, ...options!];
  for (const option of all) control.append(new Option(String(option), JSON.stringify(option)));
  return control;
}

/** The control's value, or nothing while it holds none (an empty number, one out of range). */
function read({ type }: Param, control: Control): Value | undefined {
  if (control instanceof HTMLSelectElement) return JSON.parse(control.value) as Value;
  if (type === "boolean") return control.checked;
  if (type === "string") return control.value;
  return control.value === "" || !control.checkValidity() ? undefined : Number(control.value);
}
