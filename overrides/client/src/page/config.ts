/** What the page's template says about itself. Read at use: instant navigation replaces it with the page. */

export interface PageConfig {
  /** The site's root, absolute, with a final slash. */
  base: string;
  runtime: string;
  data: string;
  /** The page as a notebook, when it has cells. */
  notebook: string | null;
}

export function pageConfig(): PageConfig {
  const template = document.querySelector<HTMLTemplateElement>("template#engineroom");
  if (!template) throw new Error("this page has no <template id=engineroom>");
  const raw = JSON.parse(template.content.textContent!) as PageConfig;
  const absolute = (url: string) => new URL(url, location.href).href;
  return {
    base: absolute(raw.base.replace(/\/?$/, "/")),
    runtime: absolute(raw.runtime),
    data: absolute(raw.data),
    notebook: raw.notebook && absolute(raw.notebook),
  };
}
