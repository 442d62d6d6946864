/** The page as a notebook with the reader's own code in it. */
import { save } from "../page/save";

interface NotebookCell {
  id?: string;
  cell_type: string;
  source: string | string[];
  outputs?: unknown[];
  execution_count?: number | null;
  metadata?: { engineroom?: { id?: string } };
}

interface Notebook {
  nbformat: number;
  cells: NotebookCell[];
}

/** `notebook` with each code cell's source replaced by what `codes` has under its id; outputs of other code are dropped. */
export function withCodes(notebook: Notebook, codes: ReadonlyMap<string, string>): Notebook {
  const cells = notebook.cells.map((cell) => {
    const code = codes.get(cell.metadata?.engineroom?.id ?? cell.id ?? "");
    const published = Array.isArray(cell.source) ? cell.source.join("") : cell.source;
    if (cell.cell_type !== "code" || code === undefined || same(code, published)) return cell;
    return { ...cell, source: code, outputs: [], execution_count: null };
  });
  return { ...notebook, cells };
}

/** Fetch the built notebook and hand it to the reader with `codes` in it. Rejects with a sentence for the reader. */
export async function download(url: string, codes: ReadonlyMap<string, string>): Promise<void> {
  const response = await fetch(url).catch(() => undefined);
  if (!response?.ok) throw new Error("The notebook could not be fetched. Check the connection and try again.");
  const notebook = withCodes((await response.json()) as Notebook, codes);
  const blob = new Blob([`${JSON.stringify(notebook, null, 1)}\n`], { type: "application/x-ipynb+json" });
  save(fileName(url), blob);
}

/** "…/chapters/self-attention/notebook.ipynb" is saved as "self-attention.ipynb". */
export function fileName(url: string): string {
  const [folder, file] = new URL(url).pathname.split("/").slice(-2);
  return file === "notebook.ipynb" && folder ? `${decodeURIComponent(folder)}.ipynb` : decodeURIComponent(file!);
}

function same(a: string, b: string): boolean {
  return a.replace(/\n+$/, "") === b.replace(/\n+$/, "");
}
