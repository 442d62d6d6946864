/** How two records of one name become one. Nothing here touches the browser. */
import { checks, later } from "../quiz/checks";
import { type Assessed, ATTEMPTS, assessment, begun, merged } from "../quiz/record";
import { review, sooner } from "../quiz/schedule";
import { type Items, joined, type Prefer } from "../storage/items";
import type { Slot } from "../storage/slot";
import { done } from "./done";
import type { Known, Sifted } from "./known";

export interface Joined<T> {
  value: T;
  /** What of the file was given up for what is here. */
  left: string;
}

export type Join<T> = (here: T, there: T) => Joined<T>;

/** What a record needs to be taken in. */
export interface Way<T> {
  slot: Slot<T>;
  sift(there: T): Sifted<T>;
  join: Join<T>;
}

/** Hands the way of the record called `name` to `use`; undefined for one that is none of the site's. */
export function withRecord<R>(name: string, known: Known, use: <T>(way: Way<T>) => R): R | undefined {
  if (name === done.name) return use({ slot: done, sift: (there) => known.done(there), join: byName(Math.min) });
  if (name === checks.name) return use({ slot: checks, sift: (there) => known.checks(there), join: byName(later) });
  if (name === review.name) return use({ slot: review, sift: (there) => known.review(there), join: byName(sooner) });
  if (!known.isAssessment(name)) return undefined;
  return use({ slot: assessment(name), sift: (there) => known.assessment(there), join: assessments });
}

function byName<T>(prefer: Prefer<T>): Join<Items<T>> {
  return (here, there) => ({ value: joined(here, there, prefer), left: "" });
}

/** The draft that is begun stays; the one here, when both are. */
function assessments(here: Assessed, there: Assessed): Joined<Assessed> {
  const other = begun(here.draft) && begun(there.draft) && JSON.stringify(here.draft) !== JSON.stringify(there.draft);
  const many = new Set([...here.attempts, ...there.attempts].map(({ id }) => id)).size > ATTEMPTS;
  const left = [
    other ? "the answers not yet submitted, since there are others here" : "",
    many ? `attempts before the last ${ATTEMPTS}` : "",
  ];
  const draft = begun(here.draft) || !begun(there.draft) ? (here.draft ?? there.draft) : there.draft;
  const revision = here.revision || there.revision;
  return { value: { ...merged(here, there), revision, draft }, left: left.filter(Boolean).join(", and ") };
}
