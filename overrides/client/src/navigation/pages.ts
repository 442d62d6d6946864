/** Pages of the book, fetched to be put in place of the one that is shown. */

/** What a page is made with. One that is made with something else, after a new build say, has to be loaded as a whole. */
function madeWith(page: Document, at: URL): string {
  const files = page.querySelectorAll("head link[rel=stylesheet], head script[src], body > script[src]");
  return [...files].map((file) => new URL(file.getAttribute("href") ?? file.getAttribute("src")!, at).href).join(" ");
}

const ours = madeWith(document, new URL(location.href));

export interface Fetched {
  /** Where it was found, after redirections. */
  url: URL;
  page: Document;
}

/** The page at `url`, or null where there is none that fits into this one. Rejects when `signal` aborts. */
export async function fetchPage(url: URL, signal: AbortSignal): Promise<Fetched | null> {
  try {
    const response = await fetch(url, { signal, headers: { accept: "text/html" } });
    if (!response.ok || !response.headers.get("content-type")?.includes("text/html")) return null;
    const found = Object.assign(new URL(response.url), { hash: url.hash });
    const page = new DOMParser().parseFromString(await response.text(), "text/html");
    return madeWith(page, found) === ours ? { url: found, page } : null;
  } catch {
    signal.throwIfAborted();
    return null;
  }
}
