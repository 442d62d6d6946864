/** Notes what is done on every page, and marks the navigation. */
import { site } from "../page/config";
import { shown } from "../page/shown";
import { hear } from "../storage/tabs";
import { add, CHANGED, done } from "./done";

const STAYED = 1500; // milliseconds at the end of a page that make it read

/** <page-end>: stands at the end of every page's text. A reader who stays there has read it. */
export class PageEnd extends HTMLElement {
  #observer: IntersectionObserver | undefined;
  #timer = 0;

  connectedCallback(): void {
    const page = address();
    this.#observer = new IntersectionObserver(([entry]) => {
      clearTimeout(this.#timer);
      if (entry?.isIntersecting) this.#timer = window.setTimeout(() => add(page), STAYED);
    });
    this.#observer.observe(this);
    mark(); // the navigation came with the page
  }

  disconnectedCallback(): void {
    this.#observer?.disconnect();
    clearTimeout(this.#timer);
  }
}

export function watchProgress(): void {
  window.addEventListener("live-cell:ran", (event) => {
    const { page, cell } = (event as CustomEvent<{ page: string; cell: string }>).detail;
    add(`${page}#${cell}`);
  });
  window.addEventListener(CHANGED, mark);
  hear((key) => key === done.key, mark);
}

/** The page's address in the site, as the build names it. */
function address(): string {
  return shown().pathname.slice(new URL(site().base).pathname.length);
}

/** A tick beside what was read; it stands in the margin, so that nothing moves. */
function mark(): void {
  const read = done.load();
  const root = new URL(site().base).pathname;
  for (const link of document.querySelectorAll<HTMLAnchorElement>(".md-nav--primary a.md-nav__link[href]")) {
    const isRead = Object.hasOwn(read, link.pathname.slice(root.length)) && !link.hash;
    if (link.hasAttribute("data-read") === isRead) continue;
    link.toggleAttribute("data-read", isRead);
    if (isRead) link.append(Object.assign(document.createElement("span"), { className: "er-read", textContent: " (read)" }));
    else link.querySelector(".er-read")?.remove();
  }
}
