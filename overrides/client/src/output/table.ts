/** The numbers of a figure as a table, folded. */

export interface Table {
  columns: string[];
  rows: unknown[][];
}

export function dataTable({ columns, rows }: Table): HTMLElement {
  const details = document.createElement("details");
  details.className = "live-data";
  details.append(Object.assign(document.createElement("summary"), { textContent: "Data table" }));
  const table = details.appendChild(document.createElement("table"));
  const head = table.createTHead().insertRow();
  for (const column of columns) head.append(Object.assign(document.createElement("th"), { scope: "col", textContent: column }));
  const body = table.createTBody();
  for (const row of rows) {
    const line = body.insertRow();
    for (const value of row) line.insertCell().textContent = shown(value);
  }
  return details;
}

function shown(value: unknown): string {
  return value === null || value === undefined ? "" : String(value);
}
