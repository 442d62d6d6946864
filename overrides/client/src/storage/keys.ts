/** Under which keys a site keeps what its reader does. */
import { site } from "../page/config";

/** `SITE/where/it/lies:`. Sites that share an address share no records. */
export function prefix(): string {
  const { id, base } = site();
  return `${id}${new URL(base).pathname.replace(/\/$/, "")}:`;
}

/** Answers and progress are records of the quiz, by name; edits are a cell's. */
export function keyOf(kind: "quiz" | "cell", name: string): string {
  return `${prefix()}${kind}:1:${name}`;
}
