/** Copies of what cannot be read, each under a key of its own, so that nothing is lost when its place is written again. */
import { local } from "./area";

const COPY = /^(.+):damaged:(\d+)$/s;

/** Of which key it is a copy, and when it was made, in milliseconds. Undefined: it is none. */
export function copyOf(key: string): { key: string; at: number } | undefined {
  const [, of, at] = COPY.exec(key) ?? [];
  return of === undefined ? undefined : { key: of, at: Number(at) };
}

/** Whether there is a copy now. The same text is copied once. */
export function putAside(key: string, text: string): boolean {
  const start = `${key}:damaged:`;
  if (local.keys(start)?.some((copy) => local.get(copy) === text)) return true;
  let at = Date.now();
  while (typeof local.get(start + at) === "string") at++;
  return local.set(start + at, text);
}
