/** The address of the page that is shown. The browser's own is ahead of it while a page that the reader went back to is on its way. */

let address: string | undefined; // the browser's own, where our navigation is not at work

export const shown = (): URL => new URL(address ?? location.href);

export function nowShown(url: URL): void {
  address = url.href;
}
