/** HTML, SVG and Markdown from code, sanitised. The build allows the same elements and attributes. */
import DOMPurify from "dompurify";
import { marked } from "marked";
import allowed from "../../../../pysrc/engineroom_site/cells/allowed_html.json";
import { attribute } from "./attributes";
import { output } from "./element";

const purify = DOMPurify(window);
let mark = ""; // what the names of the output that is being written begin with, so that none is a name of the page
let written = 0;

purify.addHook("uponSanitizeAttribute", (element, data) => {
  const value = attribute(kind(element), data.attrName, data.attrValue, mark);
  data.keepAttr = value !== undefined;
  if (value !== undefined) data.attrValue = value;
});

purify.addHook("afterSanitizeAttributes", (element) => {
  if (element.nodeName === "A" && element.hasAttribute("href")) element.setAttribute("rel", "noopener");
});

export function renderHtml(html: string): HTMLElement {
  return put(output("html"), html);
}

export function renderMarkdown(markdown: string): HTMLElement {
  return put(output("markdown"), marked.parse(markdown, { async: false }));
}

export function renderSvg(svg: string): HTMLElement {
  return put(output("svg"), svg);
}

/** No address can be shown beside a link in a drawing, so that it leads to no other site. */
function kind(element: Element): string {
  return element.namespaceURI === "http://www.w3.org/1999/xhtml" ? element.localName : `svg ${element.localName}`;
}

function put(element: HTMLElement, html: string): HTMLElement {
  mark = `output-live-${++written}-`;
  element.append(
    purify.sanitize(html, {
      ALLOWED_TAGS: allowed.tags,
      ALLOWED_ATTR: allowed.attributes,
      ALLOW_DATA_ATTR: false,
      ALLOW_ARIA_ATTR: false,
      ADD_DATA_URI_TAGS: ["img"],
      RETURN_DOM_FRAGMENT: true,
    }),
  );
  return element;
}
