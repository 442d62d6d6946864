/** Why nothing may run yet, whoever wishes it. */
import { framed } from "../page/frame";
import type { Runnable } from "./runnable";

export type Hindrance = "framed" | "foreign";

/** `own`: by the cell's own Run, beside which its reader is told whose code it is. */
export function hindrance(cell: Runnable, own: boolean): Hindrance | undefined {
  if (framed()) return "framed";
  return !own && cell.facts.unconfirmed ? "foreign" : undefined;
}
