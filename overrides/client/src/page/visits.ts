/** Visits of pages. As long as Python holds a page's names, whoever comes back to it finds its cells as they were left. */
import type { Kernel } from "../kernel/protocol";
import { kernelNow } from "./kernel";

/** A cell, as far as visits know it. */
interface Visited extends HTMLElement {
  /** The kernel's name for this visit of the page. */
  readonly key: string;
  /** Python has let go of what it computed. */
  sessionGone(): void;
}

interface Visit {
  key: string;
  cells: Map<string, Visited>;
}

const numbers = new WeakMap<Element, number>();
let count = 0;
/** By page: the cells of its last visit, while its names are there. */
const visits = new Map<string, Visit>();
/** Pages that were left, and whose names have gone since. */
const lost = new Set<string>();
const watched = new WeakSet<Kernel>();

/** Names the visit that an element belongs to: instant navigation puts a new article in the page. */
export function visitOf(element: Element): string {
  const article = articleOf(element);
  if (!numbers.has(article)) numbers.set(article, ++count);
  return `visit ${numbers.get(article)}`;
}

/** The cell leaves the page. */
export function left(cell: Visited): void {
  if (!kernelNow()?.holds(cell.key)) return;
  const page = cell.dataset.page ?? "";
  let visit = visits.get(page);
  if (visit?.key !== cell.key) visits.set(page, (visit = { key: cell.key, cells: new Map() }));
  visit.cells.set(cell.id, cell);
}

/** The same cell as the reader left it. A page that has been published anew since is another page. */
export function earlier(cell: Visited): Visited | undefined {
  const page = cell.dataset.page ?? "";
  const visit = visits.get(page);
  if (!visit) return undefined;
  const cells = [...articleOf(cell).querySelectorAll<Visited>("live-cell")];
  const same = cells.length === visit.cells.size && cells.every(({ id, dataset }) => visit.cells.get(id)?.dataset.hash === dataset.hash);
  if (!same) visits.delete(page);
  return same ? visit.cells.get(cell.id) : undefined;
}

/** Whether the names of the page's last visit are gone. Told once. */
export function wasLost(cell: Visited): boolean {
  return lost.delete(cell.dataset.page ?? "");
}

/** Hear of names that go. */
export function watch(kernel: Kernel): void {
  if (watched.has(kernel)) return;
  watched.add(kernel);
  kernel.addEventListener("session", ({ detail: key }) => {
    for (const [page, visit] of visits) {
      if (visit.key !== key) continue;
      visits.delete(page);
      if ([...visit.cells.values()].every((cell) => !cell.isConnected)) lost.add(page);
    }
    for (const cell of document.querySelectorAll<Visited>("live-cell")) if (cell.key === key) cell.sessionGone();
  });
}

function articleOf(element: Element): Element {
  return element.closest("article") ?? document.body;
}
