/** Links, Back and Forward change the page without loading the site anew, so that Python stays warm. */
import { site } from "../page/config";
import { nowShown, shown } from "../page/shown";
import { type Fetched, fetchPage } from "./pages";
import * as places from "./places";
import { swap } from "./swap";
import { saying } from "./wait";

/** Begins a page; the signal ends what belongs to it. */
type Begin = (signal: AbortSignal) => void;

let begin: Begin;
let leaving = new AbortController();
let onTheWay = new AbortController();
let landing = false;

export function navigation(withEachPage: Begin): void {
  begin = withEachPage;
  nowShown(new URL(location.href));
  begin(leaving.signal);
  history.scrollRestoration = "manual";
  window.addEventListener("pageshow", () => (history.scrollRestoration = "manual"));
  window.addEventListener("pagehide", () => {
    places.save();
    history.scrollRestoration = "auto"; // what is loaded anew is the browser's to scroll
  });
  window.addEventListener("popstate", moved);
  window.addEventListener("keydown", turn, { capture: true }); // before the theme, which would load the site anew
  document.addEventListener("click", follow);
}

function follow(event: MouseEvent): void {
  const link = event.target instanceof Element && event.target.closest("a[href]");
  if (!(link instanceof HTMLAnchorElement) || event.defaultPrevented || event.button !== 0) return;
  if (event.metaKey || event.ctrlKey || event.shiftKey || event.altKey || link.download || !["", "_self"].includes(link.target)) return;
  const href = link.getAttribute("href")!;
  const url = new URL(href, shown());
  if (!isPage(url)) return;
  places.leave(href);
  onTheWay.abort();
  const within = isShown(url) && url.search === location.search && url.hash !== "" && url.hash !== location.hash;
  if (within) return; // the browser's own: it scrolls, opens what is closed, and marks the target
  event.preventDefault();
  void visit(url);
}

/** The keys for the page before and the page after. */
function turn(event: KeyboardEvent): void {
  const { key, target, metaKey, ctrlKey, altKey, isComposing } = event;
  const rel = { p: "prev", ",": "prev", n: "next", ".": "next" }[key];
  if (!rel || metaKey || ctrlKey || altKey || isComposing || isTyped(target) || document.querySelector("#__search:checked")) return;
  event.stopImmediatePropagation();
  const href = document.head.querySelector(`link[rel=${rel}]`)?.getAttribute("href");
  if (!href) return;
  places.leave();
  void visit(new URL(href, shown()));
}

/** Code in focus is about to be typed into. */
function isTyped(target: EventTarget | null): boolean {
  return (
    target instanceof HTMLElement &&
    (target.isContentEditable || target.matches("input:not([type=radio]), select, textarea, live-cell pre"))
  );
}

/** The address and the page change in one step: what is shown and what the address says are never two things. */
async function visit(url: URL): Promise<void> {
  if (isShown(url)) {
    places.push(url);
    return show(url);
  }
  const fetched = await found(url);
  if (fetched === null) return location.assign(url);
  if (!fetched) return;
  places.leave(); // the reader may have scrolled since
  places.push(fetched.url);
  show(fetched.url, fetched.page);
}

/** The reader went back or forward, where the address is ahead of the page, or to another place of this page. */
async function moved(): Promise<void> {
  if (landing) return;
  const where = places.moved();
  if (where === "nowhere") return;
  onTheWay.abort();
  const url = new URL(location.href);
  if (where === "within") {
    nowShown(url);
    return places.settle();
  }
  places.leave(); // the browser has scrolled nothing
  if (url.pathname === shown().pathname) return show(url);
  const fetched = await found(url);
  if (fetched === null) return location.reload();
  if (fetched) show(url, fetched.page);
}

/** Undefined when the reader went elsewhere meanwhile. */
async function found(url: URL): Promise<Fetched | null | undefined> {
  onTheWay.abort();
  const { signal } = (onTheWay = new AbortController());
  const fetched = await saying(fetchPage(url, signal), signal).catch(() => null);
  return signal.aborted ? undefined : fetched;
}

function show(url: URL, page?: Document): void {
  leaving.abort();
  leaving = new AbortController();
  nowShown(url);
  places.settle();
  if (page) swap(page);
  begin(leaving.signal);
  land(places.place());
}

/** To where the reader was, to the address's target, or to the top; the focus goes along. */
function land(place: places.Place | undefined): void {
  scrollTo({ top: 0, behavior: "instant" });
  if (location.hash) {
    landing = true;
    places.holdingName(() => location.replace(location.hash)); // the browser scrolls, opens what is closed, and marks the target
    landing = false;
  }
  if (place) scrollTo({ top: place.y, behavior: "instant" });
  const link = place?.link && followed(place.link);
  const heading = document.querySelector<HTMLElement>("article h1");
  if (link) link.focus({ preventScroll: true });
  else if (heading && (place || !location.hash)) {
    heading.tabIndex = -1;
    heading.focus({ preventScroll: true });
  }
}

/** Of the links with this address that show, the one nearest to what the reader sees. */
function followed(href: string): HTMLElement | undefined {
  const links = [...document.querySelectorAll<HTMLElement>(`a[href=${CSS.escape(href)}]`)].filter(
    (link) => link.getClientRects().length && (link.checkVisibility?.() ?? true),
  );
  const far = (link: HTMLElement) => Math.abs(link.getBoundingClientRect().top - innerHeight / 2);
  return links.sort((a, b) => far(a) - far(b))[0];
}

function isPage(url: URL): boolean {
  return url.origin === location.origin && url.href.startsWith(site().base) && url.pathname.endsWith("/");
}

/** Whether `url` is of the page that is shown, and no other is on its way. */
function isShown(url: URL): boolean {
  return url.pathname === shown().pathname && url.pathname === location.pathname;
}
