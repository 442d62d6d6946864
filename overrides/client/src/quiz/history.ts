/** What the reader has done before: the best, and the last attempts. */
import { date, element } from "./parts";
import { type Assessed, type Best, passes } from "./record";

export function history({ best, attempts, revision }: Assessed, needed: number, draw: number): Node[] {
  if (!best) return [];
  const line = element("p", "quiz-best", `Best so far: ${told(best, revision)}${passes(best, needed, draw) ? ", passed" : ""}.`);
  const details = element("details", "quiz-attempts");
  const list = element("ol", "");
  list.append(...[...attempts].reverse().map((attempt) => element("li", "", told(attempt, revision))));
  list.reversed = true;
  details.append(element("summary", "", `${attempts.length} ${attempts.length === 1 ? "attempt" : "attempts"}`), list);
  return [line, details];
}

function told({ score, max, at, revision: then }: Best, now: string): string {
  return `${score} of ${max}, ${date(at)}${then === now ? "" : ", on an earlier version of the questions"}`;
}
