/** What a reader takes away from a cell: its code, a link that carries it, the page as a notebook. */
import { pageConfig } from "../page/config";
import { cellsOf, type Runnable } from "../run/runnable";
import { copy, field } from "./copy";
import type { Notices } from "./notice";
import { linkTo } from "./share";

interface Cell extends Runnable {
  readonly source: { readonly code: string };
}

export async function copyCode(cell: Cell, notices: Notices): Promise<void> {
  if (await copy(cell.source.code)) return cell.say("Copied");
  notices.show("copy", "Your browser does not let this page copy. Select the code and copy it by hand.");
}

export async function shareCode(cell: Cell, notices: Notices): Promise<void> {
  const link = await linkTo(location.href, cell.id, cell.source.code);
  if (await copy(link)) return cell.say("Link copied");
  notices.show("share", "A link that carries this code:", [], field(link, "Link to this cell"));
}

export async function downloadNotebook(cell: Cell, notices: Notices): Promise<void> {
  const { notebook } = pageConfig();
  const url = notebook ?? new URL("notebook.ipynb", location.href).href;
  const { download } = await import("./notebook");
  const codes = new Map(cellsOf<Cell>(cell.key).map(({ id, source }) => [id, source.code]));
  await download(url, codes).then(
    () => cell.say("Saved"),
    (error: Error) => notices.show("notebook", error.message),
  );
}
