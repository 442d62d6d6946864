/** The toolbar's pictures, 16 by 16, drawn for this book. */

const PATHS = {
  run: "M4.5 2.8v10.4L13 8z",
  stop: "M4 4h8v8H4z",
  reset: "M3.2 3v3.6h3.6M3.5 6.4A5 5 0 1 1 3 9",
  above: "M3 13.2h10M8 10.6V2.8M4.8 6 8 2.8 11.2 6",
  copy: "M5.5 5.5h7.7v7.7H5.5zM2.8 10.5V2.8h7.7",
  notebook: "M8 2.5v7.8M4.8 7.2 8 10.4l3.2-3.2M2.8 13.2h10.4",
  share: "M6.6 9.4 9.4 6.6M7.2 4.6l1.5-1.5a3 3 0 0 1 4.2 4.2l-1.5 1.5M8.8 11.4l-1.5 1.5a3 3 0 0 1-4.2-4.2l1.5-1.5",
};

export type Icon = keyof typeof PATHS;
const SVG = "http://www.w3.org/2000/svg";

export function icon(name: Icon): SVGElement {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("viewBox", "0 0 16 16");
  svg.setAttribute("aria-hidden", "true");
  const path = svg.appendChild(document.createElementNS(SVG, "path"));
  path.setAttribute("d", PATHS[name]);
  if (name === "run" || name === "stop") path.setAttribute("class", "filled");
  return svg;
}
