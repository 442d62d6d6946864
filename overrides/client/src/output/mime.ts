/** One output as an element: the richest form that the page can draw. What needs a library is drawn when that has come. */
import type { Metadata, MimeBundle, Output } from "../kernel/protocol";
import { output } from "./element";
import { renderError } from "./error";
import { inColumns } from "./text";

type Rendered = HTMLElement | Promise<HTMLElement>;
type Drawable = Extract<Output, { data: MimeBundle } | { output_type: "error" }>;
type Renderer = (value: unknown, metadata: Metadata, plain: string) => Rendered;

const vega: Renderer = async (spec, _, plain) => {
  try {
    const { renderFigure } = await import("./vega");
    return await renderFigure(spec as object);
  } catch (error) {
    return text(`${plain}\n(The figure could not be drawn: ${(error as Error).message})`.trimStart());
  }
};

const RENDERERS: [string, Renderer][] = [
  ["application/vnd.vegalite.v6+json", vega],
  ["application/vnd.vegalite.v5+json", vega],
  ["text/html", (value) => (value === "" ? output("html") : import("./markup").then(({ renderHtml }) => renderHtml(str(value))))],
  ["image/svg+xml", (value) => import("./markup").then(({ renderSvg }) => renderSvg(str(value)))],
  ["image/png", (value, metadata, plain) => png(str(value), metadata, plain)],
  ["text/latex", (value) => import("./latex").then(({ renderLatex }) => renderLatex(str(value)))],
  ["text/markdown", (value) => import("./markup").then(({ renderMarkdown }) => renderMarkdown(str(value)))],
  ["text/plain", (value) => text(str(value))],
];

export function render(drawable: Drawable): Rendered {
  if (drawable.output_type === "error") return renderError(drawable);
  const { data, metadata } = drawable;
  const plain = str(data["text/plain"] ?? "");
  for (const [mime, renderer] of RENDERERS) {
    if (mime in data) return settled(renderer(data[mime], metadata, plain), plain);
  }
  return text(plain || `(nothing here can show ${Object.keys(data).join(", ")})`);
}

/** A library that did not come must not lose the result. */
function settled(rendered: Rendered, plain: string): Rendered {
  return rendered instanceof HTMLElement ? rendered : rendered.catch((error: Error) => text(`${plain}\n(${error.message})`.trimStart()));
}

/** nbformat allows a list of lines wherever it allows a string. */
function str(value: unknown): string {
  return Array.isArray(value) ? value.join("") : String(value);
}

function text(value: string): HTMLElement {
  const element = output("text");
  const pre = Object.assign(document.createElement("pre"), { tabIndex: 0, textContent: value });
  if (inColumns(value)) pre.dataset.columns = "";
  element.append(pre);
  return element;
}

function png(base64: string, metadata: Metadata, plain: string): HTMLElement {
  const element = output("png");
  const own = (metadata["image/png"] ?? metadata) as { alt?: string; width?: number; height?: number };
  const image = document.createElement("img");
  image.src = `data:image/png;base64,${base64.replace(/\s/g, "")}`;
  image.alt = own.alt ?? plain;
  if (own.width) image.width = own.width;
  if (own.height) image.height = own.height;
  element.append(image);
  return element;
}
