/** A link puts a new article in the page: a new visit, and so new names in Python. */

const visits = new WeakMap<Element, number>();
let count = 0;

/** Names the visit that an element belongs to. */
export function visitOf(element: Element): string {
  const article = element.closest("article") ?? document.body;
  if (!visits.has(article)) visits.set(article, ++count);
  return `visit ${visits.get(article)}`;
}
