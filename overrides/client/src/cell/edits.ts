/**
 * The reader's edits of a cell, kept by the browser. Everything works without.
 *
 * Each tab writes an edit under a name of its own, so that two tabs never write over each other: whoever opens the cell
 * next finds them all.
 */
import { local } from "../storage/area";
import { copyOf, putAside } from "../storage/aside";
import { type Format, read, write } from "../storage/format";
import * as keys from "../storage/keys";

export interface Edit {
  code: string;
  /** data-hash of the published code that was edited. */
  base: string;
  at: number;
  /** It is a link's code with the reader's changes, and not taken as their own. */
  foreign: boolean;
}

/** An edit and the name it is kept under. */
export interface Named extends Edit {
  name: string;
}

const format: Format<Edit> = {
  version: 1,
  none: () => ({ code: "", base: "", at: 0, foreign: false }),
  read({ code, base, at, foreign }) {
    if (typeof code !== "string" || typeof base !== "string") return undefined;
    return { value: { code, base, at: Number.isFinite(at) ? (at as number) : 0, foreign: foreign === true }, strange: 0 };
  },
  write: ({ foreign, ...edit }) => (foreign ? { ...edit, foreign } : edit),
  older: (fields) => ("version" in fields ? undefined : fields), // edits had none at first
};

export function keyOf(page: string, id: string): string {
  return keys.keyOf("cell", `${page}#${id}`);
}

/** A name for an edit of this cell that no other tab writes to. */
export function newName(key: string): string {
  return `${key}~${Math.random().toString(36).slice(2, 10)}`;
}

/** Whether what is kept under `name` is an edit of this cell. */
export function belongs(name: string, key: string): boolean {
  return (name === key || name.startsWith(`${key}~`)) && !copyOf(name);
}

/** All edits of a cell, the latest first. */
export function all(key: string): Named[] {
  const found = names(key).map((name) => ({ name, edit: load(name) }));
  return found.flatMap(({ name, edit }) => (edit ? [{ name, ...edit }] : [])).sort((a, b) => b.at - a.at);
}

export function load(name: string): Edit | undefined {
  const { state, value } = read(format, local.get(name));
  return state === "whole" ? value : undefined;
}

/** Returns whether it is kept: storage may be blocked or full. */
export function keep(name: string, edit: Edit): boolean {
  return local.set(name, write(format, edit));
}

export function forget(name: string): void {
  local.remove(name);
}

export interface Unread {
  /** What was kept and cannot be read. It is put aside now, or is where it was when there is no room. */
  damaged: string[];
  /** How many are of a newer version of this page. They stay. */
  newer: number;
}

/** Of a cell's edits those that cannot be read. */
export function setAside(key: string): Unread {
  const unread: Unread = { damaged: [], newer: 0 };
  for (const name of names(key)) {
    const text = local.get(name);
    const { state } = read(format, text);
    if (state === "newer") unread.newer++;
    if (state !== "damaged") continue;
    unread.damaged.push(text!);
    if (putAside(name, text!)) local.remove(name);
  }
  return unread;
}

function names(key: string): string[] {
  return local.keys(key)?.filter((name) => belongs(name, key)) ?? [];
}
