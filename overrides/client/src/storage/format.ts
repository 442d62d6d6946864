/** How a record is written, and what can be read of whatever stands in its place. Nothing here touches the browser. */

export type Fields = Record<string, unknown>;

export interface Format<T> {
  /** A whole number; a higher one is of a newer page, which this one does not touch. */
  readonly version: number;
  /** The record before anything is in it. */
  none(): T;
  /** What of the fields can be read, and how many things cannot. Undefined: they are no such record. */
  read(fields: Fields): { value: T; strange: number } | undefined;
  write(value: T): Fields;
  /** What an older page wrote, in the fields of this version. Undefined: no page wrote it. */
  older?(fields: Fields): Fields | undefined;
}

export interface Found<T> {
  state: "none" | "whole" | "part" | "damaged" | "newer";
  /** What can be read of it. */
  value: T;
  /** How many things in it cannot. */
  strange: number;
}

/** `text`: null and undefined where there is none. */
export function read<T>(format: Format<T>, text: string | null | undefined): Found<T> {
  const nothing = (state: Found<T>["state"]): Found<T> => ({ state, value: format.none(), strange: 0 });
  if (text === null || text === undefined) return nothing("none");
  const fields = parsed(text);
  if (!isFields(fields)) return nothing("damaged");
  if (Number.isInteger(fields.version) && (fields.version as number) > format.version) return nothing("newer");
  const known = fields.version === format.version ? fields : format.older?.(fields);
  const found = known && format.read(known);
  return found ? { state: found.strange ? "part" : "whole", ...found } : nothing("damaged");
}

export function write<T>(format: Format<T>, value: T): string {
  return JSON.stringify({ version: format.version, ...format.write(value) });
}

export function isFields(value: unknown): value is Fields {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
