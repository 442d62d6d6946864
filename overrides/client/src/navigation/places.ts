/**
 * Where the reader was in each page of the tab's history. Each entry of the history has a name. What is known of it is a cache: without it,
 * or where it cannot be read, going back leads to the top.
 */
import { session } from "../storage/area";
import { prefix } from "../storage/keys";

export interface Place {
  /** Pixels from the top. */
  y: number;
  /** The link that was followed from there, as it is written. */
  link?: string | undefined;
}

const key = (): string => `${prefix()}places`;
const MANY = 100;

const places = new Map<string, Place>(restored());
/** The entry that the browser is at, and the one whose page is shown: not the same while a page is on its way. */
let current = named() ?? name();
let seen = current;

/** Where the reader was in the entry that the browser is at. */
export const place = (): Place | undefined => places.get(current);

/** Notes where the reader is, before what is shown changes. */
export function leave(link = places.get(seen)?.link): void {
  places.delete(seen);
  places.set(seen, { y: scrollY, link });
  if (places.size > MANY) places.delete(places.keys().next().value!);
}

/** A new entry in the tab's history. */
export function push(url: URL): void {
  history.pushState(null, "", url);
  current = name();
}

/** After the browser moved: whether it went back or forward. Otherwise the entry is a new one: another place of the same page. */
export function moved(): "along" | "within" | "nowhere" {
  const entry = named();
  if (entry === current) return "nowhere";
  current = entry ?? name();
  return entry ? "along" : "within";
}

/** The page of the entry that the browser is at is shown. */
export function settle(): void {
  seen = current;
}

/** Does what makes the browser forget the entry's name. */
export function holdingName(work: () => void): void {
  work();
  history.replaceState({ ...history.state, entry: current }, "");
}

/** Places outlive a reload. */
export function save(): void {
  leave();
  session.set(key(), JSON.stringify([...places]));
}

function named(): string | undefined {
  return history.state?.entry;
}

function name(): string {
  const entry = `${Date.now()} ${Math.random()}`;
  history.replaceState({ ...history.state, entry }, "");
  return entry;
}

function restored(): [string, Place][] {
  try {
    const all = JSON.parse(session.get(key()) ?? "[]") as unknown;
    return Array.isArray(all) ? all.filter(isPlace) : [];
  } catch {
    return [];
  }
}

function isPlace(entry: unknown): entry is [string, Place] {
  const [name, place] = Array.isArray(entry) ? (entry as [unknown, Partial<Place> | null]) : [];
  return typeof name === "string" && Number.isFinite(place?.y) && ["string", "undefined"].includes(typeof place?.link);
}
