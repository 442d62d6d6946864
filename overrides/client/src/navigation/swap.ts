/** One page in place of another. The bar stays, and so do the scripts and Python. */

/** What differs from page to page. The theme holds on to elements around these, never to these. */
const PARTS = [
  "[data-md-component=skip]",
  ".md-header .md-logo",
  "[data-md-component=header-topic]",
  ".md-sidebar--primary .md-sidebar__inner",
  ".md-content > article",
  ".md-footer",
];
const HEAD = "meta[name=description], link[rel=canonical], link[rel=prev], link[rel=next]";

/** Puts the parts of `next`, a page as parsed, in place of those shown. The address must be its own already. */
export function swap(next: Document): void {
  document.title = next.title;
  document.head.querySelectorAll(HEAD).forEach((element) => element.remove());
  document.head.append(...next.head.querySelectorAll(HEAD));
  const [sidebar, theirs] = [document, next].map((page) => page.querySelector<HTMLElement>(".md-sidebar--primary"));
  sidebar!.hidden = theirs!.hidden;
  for (const part of PARTS) document.querySelector(part)!.replaceWith(next.querySelector(part)!);
}
