/** HTML, SVG and Markdown from code, sanitised. The build allows the same elements and attributes. */
import DOMPurify from "dompurify";
import { marked } from "marked";
import allowed from "../../../../pysrc/engineroom_site/cells/allowed_html.json";
import { output } from "./mime";

export function renderHtml(html: string): HTMLElement {
  return put(output("html"), html);
}

export function renderMarkdown(markdown: string): HTMLElement {
  return put(output("markdown"), marked.parse(markdown, { async: false }));
}

export function renderSvg(svg: string): HTMLElement {
  const element = output("svg");
  element.append(DOMPurify.sanitize(svg, { USE_PROFILES: { svg: true, svgFilters: true }, RETURN_DOM_FRAGMENT: true }));
  return element;
}

function put(element: HTMLElement, html: string): HTMLElement {
  element.append(DOMPurify.sanitize(html, { RETURN_DOM_FRAGMENT: true }));
  return element;
}
