/** Notes what is done on every page, and marks the navigation. Wherever instant navigation puts pages. */
import { pageConfig } from "../page/config";
import { add, CHANGED, load } from "./keep";

const STAYED = 1500; // milliseconds at the end of a page that make it read

let leave: AbortController | undefined;

export function watchProgress(): void {
  window.addEventListener("live-cell:ran", (event) => {
    const { page, cell } = (event as CustomEvent<{ page: string; cell: string }>).detail;
    add({ ran: { [`${page}#${cell}`]: Date.now() } });
  });
  window.addEventListener(CHANGED, mark);
  window.addEventListener("storage", mark);
  begin();
  // Material replaces the article; its own observable is no part of the page's contract.
  new MutationObserver(() => {
    if (document.querySelector("article") !== article) begin();
  }).observe(document.body, { childList: true, subtree: true });
}

let article: Element | null = null;

function begin(): void {
  leave?.abort();
  article = document.querySelector("article");
  mark();
  if (!article) return;
  const end = document.createElement("div");
  end.className = "er-end";
  article.append(end);
  const { signal } = (leave = new AbortController());
  let timer = 0;
  const observer = new IntersectionObserver(([entry]) => {
    clearTimeout(timer);
    if (entry?.isIntersecting) timer = window.setTimeout(() => add({ read: { [address()]: Date.now() } }), STAYED);
  });
  observer.observe(end);
  signal.addEventListener("abort", () => {
    observer.disconnect();
    clearTimeout(timer);
  });
}

/** The page's address in the site, as the build names it. */
function address(): string {
  return new URL(location.href).pathname.slice(new URL(pageConfig().base).pathname.length);
}

/** A tick beside what was read; it stands in the margin, so that nothing moves. */
function mark(): void {
  const { read } = load();
  const root = new URL(pageConfig().base).pathname;
  for (const link of document.querySelectorAll<HTMLAnchorElement>(".md-nav--primary a.md-nav__link[href]")) {
    const isRead = link.pathname.slice(root.length) in read && !link.hash;
    if (link.hasAttribute("data-read") === isRead) continue;
    link.toggleAttribute("data-read", isRead);
    link.querySelector(".er-read")?.remove();
    if (isRead) link.append(Object.assign(document.createElement("span"), { className: "er-read", textContent: " (read)" }));
  }
}
