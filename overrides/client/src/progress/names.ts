/** What a record is called on the page. */
import { checks } from "../quiz/checks";
import { review } from "../quiz/schedule";
import { copyOf } from "../storage/aside";
import { done } from "./done";

const OWN = new Map([
  [done.name, "pages read and cells run"],
  [checks.name, "self-checks"],
  [review.name, "questions to come back"],
]);

export function nameOf(record: string): string {
  const copy = copyOf(record);
  if (copy) return `a copy of what could not be read (${copy.key})`;
  return OWN.get(record) ?? `the assessment “${record.slice(0, 60)}”`;
}
