/** The line of links to the library's source that a cell uses. */
import type { UsedName } from "../kernel/protocol";

export function showUsed(line: HTMLElement, used: UsedName[], base: string): void {
  line.replaceChildren();
  line.hidden = used.length === 0;
  if (!used.length) return;
  line.append("Source: ");
  used.forEach(({ name, path, line: number }, index) => {
    const link = document.createElement("a");
    link.href = `${base}source/${path.replace(/(\/__init__)?\.py$/, "")}/#L${number}`;
    link.textContent = name;
    line.append(...(index ? [" · ", link] : [link]));
  });
}
