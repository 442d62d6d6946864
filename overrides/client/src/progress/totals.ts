/** What there is to do on the site, as the build counted it. */
import { pageConfig } from "../page/config";

export interface Totals {
  pages: { address: string; title: string; cells: string[]; checks: string[] }[];
  assessments: { address: string; title: string; id: string; needed: number; draw: number }[];
}

/** Rejects when it cannot be fetched. */
export async function totals(): Promise<Totals> {
  const response = await fetch(`${pageConfig().base}progress.json`);
  if (!response.ok) throw new Error(`progress.json: ${response.status}`);
  return (await response.json()) as Totals;
}
