/** Whether a value that came from elsewhere has the shape of a type. A check is built as its type is. */

export type Check<T> = (value: unknown) => value is T;

export const isText: Check<string> = (value) => typeof value === "string";
export const isNumber: Check<number> = (value) => typeof value === "number";
export const isFlag: Check<boolean> = (value) => typeof value === "boolean";
export const isRecord: Check<Record<string, unknown>> = (value): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

export function isOne<const T extends string>(...words: T[]): Check<T> {
  return (value): value is T => words.includes(value as T);
}

export function isA<T>(kind: new (...args: never[]) => T): Check<T> {
  return (value): value is T => value instanceof kind;
}

export function optional<T>(check: Check<T>): Check<T | undefined> {
  return (value): value is T | undefined => value === undefined || check(value);
}

export function orNull<T>(check: Check<T>): Check<T | null> {
  return (value): value is T | null => value === null || check(value);
}

export function listOf<T>(check: Check<T>): Check<T[]> {
  return (value): value is T[] => Array.isArray(value) && value.every((item) => check(item));
}

export function recordOf<T>(check: Check<T>): Check<Record<string, T>> {
  return (value): value is Record<string, T> => isRecord(value) && Object.values(value).every((item) => check(item));
}

export function shape<T extends object>(parts: { [K in keyof T]-?: Check<T[K]> }): Check<T> {
  const checks = Object.entries(parts) as [string, Check<unknown>][];
  return (value): value is T => isRecord(value) && checks.every(([name, check]) => check(value[name]));
}

/** One of several shapes, told apart by the word under `key`. */
export function variant<T extends Record<K, string>, K extends keyof T & string>(
  key: K,
  variants: { [V in T[K]]: Check<Omit<Extract<T, Record<K, V>>, K>> },
): Check<T> {
  return (value): value is T =>
    isRecord(value) && Object.hasOwn(variants, value[key] as string) && (variants[value[key] as T[K]] as Check<unknown>)(value);
}
