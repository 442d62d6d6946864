/** How two records of one name become one. Nothing here touches the browser. */
import { checks, later } from "../quiz/checks";
import { type Assessed, ATTEMPTS, assessment, begun, merged } from "../quiz/record";
import { review, sooner } from "../quiz/schedule";
import { type Items, joined, type Prefer } from "../storage/items";
import type { Slot } from "../storage/slot";
import { done } from "./done";

export interface Joined<T> {
  value: T;
  /** What of the file was given up for what is here. */
  left: string;
}

export type Join<T> = (here: T, there: T) => Joined<T>;

/** Hands the record called `name` and its way to be joined to `use`. What is none of the page's own is an assessment's. */
export function withRecord<R>(name: string, use: <T>(slot: Slot<T>, join: Join<T>) => R): R {
  if (name === done.name) return use(done, byName(Math.min));
  if (name === checks.name) return use(checks, byName(later));
  if (name === review.name) return use(review, byName(sooner));
  return use(assessment(name), assessments);
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
