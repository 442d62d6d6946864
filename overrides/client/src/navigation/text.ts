/** The text of a page as a browser with scripts shows it: wide tables and code can be scrolled by keyboard, and what was searched is marked. */

export function dressText(signal: AbortSignal): void {
  const article = document.querySelector<HTMLElement>("article")!;
  article.querySelectorAll<HTMLElement>("table:not([class], .md-typeset__table *)").forEach(wrap);
  const observer = new ResizeObserver((entries) => entries.forEach(({ target }) => reachable(target)));
  article.querySelectorAll("pre > code").forEach((code) => observer.observe(code));
  signal.addEventListener("abort", () => observer.disconnect());
  const searched = new URLSearchParams(location.search).get("h");
  if (searched) highlight(article, searched.split(/\s+/).filter(Boolean));
}

function wrap(table: HTMLElement): void {
  const [outer, inner] = ["md-typeset__scrollwrap", "md-typeset__table"].map((className) =>
    Object.assign(document.createElement("div"), { className }),
  );
  table.replaceWith(outer!);
  outer!.append(inner!);
  inner!.append(table);
}

function reachable(target: Element): void {
  if (target.scrollWidth > target.clientWidth) target.setAttribute("tabindex", "0");
  else target.removeAttribute("tabindex");
}

const NO_TEXT = "live-cell, script, style, svg, math, .katex, mark, .headerlink";

function highlight(article: HTMLElement, words: string[]): void {
  const pattern = new RegExp(
    `(?<![\\p{L}\\p{N}])(?:${words.map((word) => word.replace(/[.*+?^${}()|[\]\\]/g, "\\$&")).join("|")})[\\p{L}\\p{N}]*`,
    "giu",
  );
  const walker = document.createTreeWalker(article, NodeFilter.SHOW_TEXT, (node) =>
    node.parentElement!.closest(NO_TEXT) ? NodeFilter.FILTER_REJECT : NodeFilter.FILTER_ACCEPT,
  );
  const texts: Text[] = [];
  while (walker.nextNode()) texts.push(walker.currentNode as Text);
  for (const text of texts) {
    const matches = [...text.data.matchAll(pattern)].reverse();
    for (const { index, 0: found } of matches) {
      const marked = text.splitText(index);
      marked.splitText(found.length);
      const mark = document.createElement("mark");
      marked.replaceWith(mark);
      mark.append(marked);
    }
  }
}
