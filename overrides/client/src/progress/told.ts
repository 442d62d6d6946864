/** What became of a file's records, in sentences. */

export interface Came {
  /** Why it was not taken in; absent when it was. */
  refused?: "unknown" | "unreadable" | "large" | "newer file" | "newer here" | "full";
  damaged?: boolean;
  /** How many things in it cannot be read. */
  strange?: number;
  /** How many are none of this site's. */
  strangers?: number;
  left?: string;
}

const WHY: Record<NonNullable<Came["refused"]>, string> = {
  unknown: "not a record of this site",
  large: "larger than this page writes it",
  unreadable: "not readable in the file",
  "newer file": "of a newer version of this page in the file",
  "newer here": "of a newer version of this page in your browser, and left as they are",
  full: "no room: your browser's storage is blocked or full; what was here is still here",
};

export function told(all: (Came & { what: string })[]): string {
  const came = all.filter(({ refused }) => !refused);
  const parts = came.filter(({ strange, strangers, left }) => strange || strangers || left);
  return [
    came.length
      ? `Taken in: ${list(came.map(({ what }) => what))}.`
      : all.length
        ? "This file holds nothing that could be taken in."
        : "This file is empty: nothing was kept when it was saved.",
    ...(Object.keys(WHY) as (keyof typeof WHY)[]).map((why) => {
      const these = all.filter(({ refused }) => refused === why).map(({ what }) => what);
      return these.length ? `Not taken in: ${list(these)} (${WHY[why]}).` : "";
    }),
    ...parts.map(
      ({ what, strange, strangers, left }) =>
        `Of ${what} left out: ${[
          strange ? `${strange} that could not be read` : "",
          strangers ? `${strangers} that this site does not have` : "",
          left,
        ]
          .filter(Boolean)
          .join(", and ")}.`,
    ),
    ...came
      .filter(({ damaged }) => damaged)
      .map(({ what }) => `What was here of ${what} could not be read in full; a copy of it was put aside.`),
  ]
    .filter(Boolean)
    .join(" ");
}

/** The first few, and how many more. */
function list(names: string[]): string {
  return names.length > 8 ? `${names.slice(0, 8).join(", ")} and ${names.length - 8} more` : names.join(", ");
}
