/** Where the reader is in the page: the section is marked in the contents and stands in the address, the title in the bar. */
import { shown } from "../page/shown";

const RESTS = 250; // milliseconds without scrolling

export function followReading(signal: AbortSignal): void {
  const sections = [...document.querySelectorAll<HTMLAnchorElement>(".md-nav--secondary a.md-nav__link")].flatMap((link) => {
    const heading = document.getElementById(decodeURIComponent(link.hash.slice(1)));
    return heading ? [{ link, heading }] : [];
  });
  const hashes = new Set(["", ...sections.map(({ link }) => link.hash)]);
  const bar = document.querySelector<HTMLElement>(".md-header")!;
  const title = bar.querySelector(".md-header__title")!;
  const name = document.querySelector("article h1");
  let timer = 0;
  let frame = 0;

  function mark(): string {
    const line = bar.offsetHeight + 24; // a heading just below the bar is being read
    const atEnd = scrollY > 0 && scrollY + innerHeight >= document.documentElement.scrollHeight - 1;
    const passed = atEnd ? sections.length : sections.filter(({ heading }) => heading.getBoundingClientRect().top < line).length;
    for (const [place, { link }] of sections.entries()) {
      link.classList.toggle("md-nav__link--passed", place < passed);
      link.classList.toggle("md-nav__link--active", place === passed - 1);
    }
    title.classList.toggle("md-header__title--active", name !== null && name.getBoundingClientRect().bottom < bar.offsetHeight);
    return sections[passed - 1]?.link.hash ?? "";
  }

  /** An address that names something else, a shared cell say, is left as it is; so is that of a page on its way. */
  function state(): void {
    const hash = mark();
    if (location.pathname !== shown().pathname || !hashes.has(location.hash) || location.hash === hash) return;
    history.replaceState(history.state, "", `${location.pathname}${location.search}${hash}`);
  }

  function scrolled(): void {
    clearTimeout(timer);
    timer = window.setTimeout(state, RESTS);
    if (!frame)
      frame = requestAnimationFrame(() => {
        frame = 0;
        if (!signal.aborted) mark();
      });
  }

  mark();
  window.addEventListener("scroll", scrolled, { signal, passive: true });
  window.addEventListener("resize", mark, { signal });
  signal.addEventListener("abort", () => clearTimeout(timer));
}
