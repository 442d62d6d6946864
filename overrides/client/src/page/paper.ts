/** On paper everything is open. */

export function openOnPaper(): void {
  let opened: HTMLDetailsElement[] = [];
  const open = () => {
    const closed = document.querySelectorAll<HTMLDetailsElement>("article details:not([open])");
    closed.forEach((details) => (details.open = true));
    opened.push(...closed);
  };
  const close = () => {
    opened.forEach((details) => (details.open = false));
    opened = [];
  };
  window.addEventListener("beforeprint", open);
  window.addEventListener("afterprint", close);
  matchMedia("print").addEventListener("change", ({ matches }) => (matches ? open() : close()));
}
