/** The element that holds one output, as the build writes it. */
export function output(kind: string): HTMLElement {
  const element = document.createElement("div");
  element.className = "live-out";
  element.dataset.kind = kind;
  return element;
}
