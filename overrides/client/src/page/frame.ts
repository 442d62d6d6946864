/** Where the page is shown: another site that has put it within its own could lay anything over it. */

let agreed = false;

/** Says "change" when the reader has agreed to run things here. */
export const frame = new EventTarget();

/** Another site shows this page within its own, and the reader has not agreed to run anything there. */
export function framed(): boolean {
  return !agreed && isForeign();
}

/** The reader has read where the page is, and runs it there. */
export function agreeToFrame(): void {
  agreed = true;
  frame.dispatchEvent(new Event("change"));
}

/** The site that shows the page, where the browser says so. */
export function framedBy(): string | undefined {
  return [...(location.ancestorOrigins ?? [])].find((origin) => origin !== location.origin && origin !== "null");
}

function isForeign(): boolean {
  for (let inner: Window = window; inner !== inner.parent; inner = inner.parent) {
    try {
      if (inner.parent.location.origin !== location.origin) return true;
    } catch {
      return true; // it lets nobody see its address
    }
  }
  return false;
}
