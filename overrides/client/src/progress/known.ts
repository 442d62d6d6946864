/** What a file's records may be of: the site's own pages, cells, questions and assessments, as the build counted them. */
import type { Check } from "../quiz/checks";
import { type Assessed, ATTEMPTS } from "../quiz/record";
import type { Due } from "../quiz/schedule";
import type { Items } from "../storage/items";
import type { Totals } from "./totals";

/** What of a record is the site's, and how many things in it are not. */
export interface Sifted<T> {
  value: T;
  strangers: number;
}

/** Ids of questions, choices and attempts are shorter, and so is a typed answer; a longer one was written by no page. */
const LONGEST = 1000;

export class Known {
  readonly #pages: ReadonlySet<string>;
  readonly #cells: ReadonlySet<string>;
  readonly #checks: ReadonlyMap<string, ReadonlySet<string>>;
  readonly #assessed: ReadonlySet<string>;
  readonly #assessments: ReadonlySet<string>;

  constructor({ pages, assessments }: Pick<Totals, "pages" | "assessments">) {
    this.#pages = new Set(pages.map(({ address }) => address));
    this.#cells = new Set(pages.flatMap(({ address, cells }) => cells.map((cell) => `${address}#${cell}`)));
    this.#checks = new Map(pages.map(({ address, checks }) => [address, new Set(checks)]));
    this.#assessed = new Set(assessments.map(({ address }) => address));
    this.#assessments = new Set(assessments.map(({ id }) => id));
  }

  isAssessment(name: string): boolean {
    return this.#assessments.has(name);
  }

  done(items: Items<number>): Sifted<Items<number>> {
    return sifted(items, (name) => this.#pages.has(name) || this.#cells.has(name));
  }

  checks(items: Items<Check>): Sifted<Items<Check>> {
    const all = new Set([...this.#checks.values()].flatMap((ids) => [...ids]));
    return sifted(items, (name, check) => all.has(name) && short(check));
  }

  /** Of an assessment's questions only their page is known. */
  review(items: Items<Due>): Sifted<Items<Due>> {
    return sifted(items, (name, { page }) => this.#checks.get(page)?.has(name) || (this.#assessed.has(page) && short(name)));
  }

  assessment(record: Assessed): Sifted<Assessed> {
    const { draft, best, revision } = record;
    const attempts = record.attempts.filter(short).slice(-ATTEMPTS);
    const value = {
      revision: short(revision) ? revision : "",
      draft: short(draft) ? draft : null,
      best: short(best) ? best : null,
      attempts,
    };
    const dropped = Number(value.draft !== draft) + Number(value.best !== best) + Number(value.revision !== revision);
    return { value, strangers: record.attempts.filter((attempt) => !short(attempt)).length + dropped };
  }
}

function sifted<T>(items: Items<T>, knows: (name: string, item: T) => boolean | undefined): Sifted<Items<T>> {
  const all = Object.entries(items);
  const own = all.filter(([name, item]) => knows(name, item));
  return { value: Object.fromEntries(own), strangers: all.length - own.length };
}

/** Every text in it is as short as one that a page writes, every list too. */
function short(value: unknown): boolean {
  if (typeof value === "string") return value.length <= LONGEST;
  if (typeof value !== "object" || value === null) return true;
  const parts = Object.entries(value);
  return parts.length <= LONGEST && parts.every(([name, part]) => short(name) && short(part));
}
