/** What the page says about itself, in its template. Read at use: it comes and goes with the page. */
import { shown } from "./shown";

export interface Site {
  /** Its name in the browser's storage. */
  id: string;
  /** Its root, absolute, with a final slash. */
  base: string;
}

export interface PageConfig extends Site {
  runtime: string;
  data: string;
  /** The page as a notebook, when it has cells. */
  notebook: string | null;
}

export function site(): Site {
  const { site: id, base } = said();
  return { id, base: absolute(base.replace(/\/?$/, "/")) };
}

export function pageConfig(): PageConfig {
  const { runtime, data, notebook } = said();
  return { ...site(), runtime: absolute(runtime), data: absolute(data), notebook: notebook && absolute(notebook) };
}

function said(): { site: string } & Omit<PageConfig, "id"> {
  const template = document.querySelector<HTMLTemplateElement>("template#engineroom");
  if (!template) throw new Error("this page has no <template id=engineroom>");
  return JSON.parse(template.content.textContent!) as ReturnType<typeof said>;
}

function absolute(url: string): string {
  return new URL(url, shown()).href;
}
