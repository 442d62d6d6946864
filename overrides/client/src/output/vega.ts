/** Vega-Lite figures as SVG that answers to the pointer, with a table of their numbers. */
import * as vega from "vega";
import { expressionInterpreter } from "vega-interpreter";
import { compile, type TopLevelSpec } from "vega-lite";
import { Handler } from "vega-tooltip";
import { dataTable, type Table } from "./table";

interface Spec {
  description?: string;
  usermeta?: { engineroom?: { title?: string; table?: Table } };
}

const tooltip = new Handler({ disableDefaultStyle: true }).call;

export async function renderFigure(spec: object): Promise<HTMLElement> {
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
  await draw(spec as TopLevelSpec, drawing, controls);
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

async function draw(spec: TopLevelSpec, drawing: HTMLElement, controls: HTMLElement): Promise<void> {
  const quiet = { level: () => quiet, error: console.error, warn: () => quiet, info: () => quiet, debug: () => quiet } as never;
  const { spec: compiled } = compile(spec, { logger: quiet });
  // As an AST and an interpreter: the page's policy forbids eval.
  const view = new vega.View(vega.parse(compiled, undefined, { ast: true }), {
    expr: expressionInterpreter,
    renderer: "svg",
    hover: true,
    tooltip,
    logger: quiet,
    loader: vega.loader({ http: { credentials: "omit" } }),
  });
  view.initialize(drawing, controls);
  await view.runAsync();
  // Vega's own wrapper repeats the role; the figure is described once, outside.
  drawing.querySelectorAll("svg [role], svg[role], [aria-roledescription]").forEach((element) => {
    for (const name of ["role", "aria-roledescription", "aria-label"]) element.removeAttribute(name);
  });
}
