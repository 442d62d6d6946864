/** Two versions of a cell's code, line by line. */
import { diffLines } from "diff";

export function difference(published: string, mine: string): HTMLElement {
  const pre = document.createElement("pre");
  pre.className = "live-difference";
  for (const { value, added, removed } of diffLines(published, mine)) {
    const [tag, sign] = added ? ["ins", "+ "] : removed ? ["del", "− "] : ["span", "  "];
    const element = pre.appendChild(document.createElement(tag!));
    element.textContent = `${value.replace(/\n$/, "").replace(/^/gm, sign!)}\n`;
  }
  return pre;
}
