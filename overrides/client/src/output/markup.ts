/** HTML, SVG and Markdown from code, sanitised. The build allows the same elements and attributes. */
import DOMPurify from "dompurify";
import { marked } from "marked";
import allowed from "../../../../pysrc/engineroom_site/cells/allowed_html.json";
import { output } from "./element";

const IMAGE = new RegExp(allowed.image_source);
const OUTSIDE = new RegExp(allowed.outside_reference, "i");
const purify = DOMPurify(window);

// No request may leave the site: images come with the page, links are for the reader to follow.
purify.addHook("uponSanitizeAttribute", (element, data) => {
  if (data.attrName === "src") data.keepAttr = element.nodeName === "IMG" && IMAGE.test(data.attrValue);
  else if (!allowed.wording.includes(data.attrName) && OUTSIDE.test(data.attrValue)) data.keepAttr = false;
  if (data.attrName === "href") data.keepAttr = follows(data.attrValue);
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

function put(element: HTMLElement, html: string): HTMLElement {
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

function follows(url: string): boolean {
  const scheme = /^\s*([a-z][a-z0-9+.-]*):/i.exec(url)?.[1];
  return scheme === undefined || allowed.link_schemes.includes(scheme.toLowerCase());
}
