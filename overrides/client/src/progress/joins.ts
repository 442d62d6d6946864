/** How two records of one name become one. Nothing here touches the browser. */
import { checks, later } from "../quiz/checks";
import { joined, type Kept } from "../quiz/kept";
import { begun, KEPT, merged, parse } from "../quiz/record";
import { review, sooner } from "../quiz/schedule";
import { done } from "./keep";

export interface Joined {
  /** The record to keep; none when `refused` says why. */
  text?: string;
  refused?: "unreadable" | "newer file" | "newer here";
  /** What is here could not be read, all or in part: it has to be put aside. */
  damaged?: boolean;
  /** How many things in the file were left out. */
  strange?: number;
  /** What of the file was given up for what is here. */
  left?: string;
}

/** `here`: null where nothing is kept. */
type Join = (here: string | null, there: string) => Joined;

/** By the name of the record. What is none of the page's own is an assessment's. */
export function joins(name: string): Join {
  return JOINS.get(name) ?? assessments;
}

const JOINS = new Map<string, Join>([
  [done.name, both(done, Math.min)],
  [checks.name, both(checks, later)],
  [review.name, both(review, sooner)],
]);

function both<T>(kept: Kept<T>, prefer: (a: T, b: T) => T): Join {
  return (here, there) => {
    const [a, b] = [kept.parse(here), kept.parse(there)];
    if (b === "newer" || b === "damaged") return { refused: b === "newer" ? "newer file" : "unreadable" };
    if (a === "newer") return { refused: "newer here" };
    const damaged = a === "damaged" || (here !== null && kept.strange(here) > 0);
    return { text: kept.write(joined(a === "damaged" ? {} : a, b, prefer)), damaged, strange: kept.strange(there) };
  };
}

/** The draft that is begun stays; the one here, when both are. */
function assessments(here: string | null, there: string): Joined {
  const b = parse(there);
  if (typeof b === "string") return { refused: b === "newer" ? "newer file" : "unreadable" };
  const a = here === null ? "damaged" : parse(here);
  if (a === "newer") return { refused: "newer here" };
  if (a === "damaged") return { text: JSON.stringify(b), damaged: here !== null };
  const all = merged(a, b);
  const other = begun(a.draft) && begun(b.draft) && JSON.stringify(a.draft) !== JSON.stringify(b.draft);
  const many = new Set([...a.attempts, ...b.attempts].map(({ id }) => id)).size > KEPT;
  const left = [other ? "the answers not yet submitted, since there are others here" : "", many ? `attempts before the last ${KEPT}` : ""]
    .filter(Boolean)
    .join(", and ");
  return { text: JSON.stringify({ ...all, draft: begun(a.draft) || !begun(b.draft) ? (a.draft ?? b.draft) : b.draft }), left };
}
