/** Which records cannot be read, all or in part, in sentences. */
import { checks } from "../quiz/checks";
import { assessment } from "../quiz/record";
import { review } from "../quiz/schedule";
import { local } from "../storage/area";
import { copyOf } from "../storage/aside";
import type { Found } from "../storage/format";
import { keyOf } from "../storage/keys";
import { done } from "./done";
import { nameOf } from "./names";
import type { Assessments } from "./totals";

type State = Found<unknown>["state"];

export function unread(assessments: Assessments[]): string[] {
  const keys = local.keys(keyOf("quiz", ""));
  if (!keys) return ["Your browser does not let this page read what it has kept, so nothing counts here."];
  const records = [done, checks, review].map((slot) => ({ name: nameOf(slot.name), state: slot.find().state as State }));
  const taken = assessments.map(({ id, title }) => ({ name: `the assessment “${title}”`, state: assessment(id).find().state as State }));
  const those = (...states: State[]): string => {
    const names = [...records, ...taken].filter(({ state }) => states.includes(state)).map(({ name }) => name);
    return names.join(", ");
  };
  const [damaged, newer, copies] = [those("damaged", "part"), those("newer"), keys.filter(copyOf).length];
  const sentences: string[] = [];
  if (damaged) sentences.push(`What your browser has kept of ${damaged} cannot be read in full. What cannot be read does not count here.`);
  if (newer)
    sentences.push(
      `What your browser has kept of ${newer} is of a newer version of this page. It is left as it is and does not count here.`,
    );
  if (copies === 1) sentences.push("A copy of what could not be read was put aside; it goes into the file with the rest.");
  if (copies > 1) sentences.push(`${copies} copies of what could not be read were put aside; they go into the file with the rest.`);
  return sentences;
}
