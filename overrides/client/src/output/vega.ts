/** Vega-Lite figures as SVG that answers to the pointer, with a table of their numbers. */
import * as vega from "vega";
import { compile, type TopLevelSpec } from "vega-lite";
import { loader, renderer } from "./drawing";
import { interpreter } from "./expressions";
import { refused } from "./figure-spec";
import { hints } from "./hint";
import { dataTable, type Table } from "./table";

interface Spec {
  description?: string;
  usermeta?: { engineroom?: { title?: string; table?: Table } };
}

/** A figure hears of what happens in it; while something is dragged, of where the pointer goes. Its controls stand in their own place. */
const EVENTS = {
  bind: "container",
  selector: false,
  timer: false,
  globalCursor: false,
  window: ["pointermove", "pointerup", "mousemove", "mouseup"],
};

/** Rejects when the specification says what no figure may, or Vega-Lite refuses it. */
export async function renderFigure(spec: object): Promise<HTMLElement> {
  const wrong = refused(spec);
  if (wrong) throw new Error(`a figure may not say “${wrong}” here`);
  const { description, usermeta } = spec as Spec;
  const { title, table } = usermeta?.engineroom ?? {};
  const figure = document.createElement("figure");
  figure.className = "live-out";
  figure.dataset.kind = "vega";

  const controls = document.createElement("div");
  const drawing = document.createElement("div");
  drawing.className = "live-figure";
  drawing.setAttribute("role", "img");
  drawing.setAttribute("aria-label", description ?? title ?? "Figure");
  await draw(spec as TopLevelSpec, drawing, controls, hints(figure));
  if (controls.childElementCount) figure.append(controls);
  controls.className = "live-binds";
  figure.append(drawing);

  if (title) figure.append(Object.assign(document.createElement("figcaption"), { textContent: title }));
  if (table) figure.append(dataTable(table));
  const source = document.createElement("template");
  source.className = "live-spec";
  source.content.append(JSON.stringify(spec));
  figure.append(source);
  return figure;
}

async function draw(spec: TopLevelSpec, drawing: HTMLElement, controls: HTMLElement, tooltip: vega.TooltipHandler): Promise<void> {
  const quiet = { level: () => quiet, error: console.error, warn: () => quiet, info: () => quiet, debug: () => quiet } as never;
  const { spec: compiled } = compile(spec, { logger: quiet });
  // As an AST and an interpreter: the page's policy forbids eval.
  const runtime = vega.parse({ ...compiled, config: { ...compiled.config, events: EVENTS } as vega.Config }, undefined, { ast: true });
  const view = new vega.View(runtime, {
    expr: interpreter,
    renderer,
    hover: true,
    tooltip,
    logger: quiet,
    loader,
  });
  view.initialize(drawing, controls);
  await view.runAsync();
  // Vega's own wrapper repeats the role; the figure is described once, outside.
  drawing.querySelectorAll("svg [role], svg[role], [aria-roledescription]").forEach((element) => {
    for (const name of ["role", "aria-roledescription", "aria-label"]) element.removeAttribute(name);
  });
}
