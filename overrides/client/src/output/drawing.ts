/** Vega's SVG renderer, whose colours are colours: what data or an expression gives for one is read as CSS reads it, and leads nowhere. */
import * as vega from "vega";
import { local } from "./values";

const KIND = "drawing";
const PAINTS = ["fill", "stroke", "blend"] as const;

type Item = Partial<Record<(typeof PAINTS)[number], unknown>>;

interface SVGRenderer {
  style(element: SVGElement, item: Item | null): void;
  background(colour?: unknown): unknown;
}

const { SVGRenderer, SVGHandler } = vega as unknown as { SVGRenderer: new () => SVGRenderer; SVGHandler: new () => vega.Handler };

class Drawing extends SVGRenderer {
  override style(element: SVGElement, item: Item | null): void {
    for (const paint of PAINTS) if (item && leads(item[paint])) item[paint] = undefined;
    super.style(element, item);
  }

  override background(...colour: [unknown?]): unknown {
    return super.background(...(colour.length && leads(colour[0]) ? [undefined] : colour));
  }
}

vega.renderModule(KIND, { renderer: Drawing, handler: SVGHandler } as never);

export const renderer = KIND as vega.Renderers;

/** Nothing is fetched for a figure, and no mark of it is a link. */
export const loader = { load: never, sanitize: never, http: never, file: never } as unknown as vega.Loader;

function never(): Promise<string> {
  return Promise.reject(new Error("a figure draws its own numbers only"));
}

function leads(paint: unknown): boolean {
  return typeof paint === "string" && (local(paint, "") === undefined || /url\(/i.test(paint));
}
