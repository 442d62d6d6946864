/**
 * The notebook form syntax: `name = value  # @param {type:"slider", min:0, max:5, step:1}`.
 *
 * The build reads the same and refuses what is wrong; here, in the middle of an edit, a wrong one only has no control.
 * tests/site/params_cases.json is what both must agree on.
 */

import { isFloat, LITERAL, read, type Value, written } from "./literals";

export type { Value } from "./literals";

export interface Param {
  /** Line in the code, from 1. */
  line: number;
  name: string;
  type: "slider" | "number" | "integer" | "boolean" | "string" | "dropdown";
  value: Value;
  min?: number;
  max?: number;
  step?: number;
  options?: Value[];
}

type Form = Pick<Param, "type" | "min" | "max" | "step" | "options">;
type Option = [literal: string, value: Value];

interface Found {
  param: Param;
  /** Where the value stands in the code. */
  from: number;
  to: number;
  /** The literals of the options, in their order. */
  literals: string[];
}

const NAME = String.raw`[\p{XID_Start}_]\p{XID_Continue}*`;
const LINE = new RegExp(
  String.raw`^((${NAME})[ \t]*(?::[^=#"'\n]+)?=[ \t]*)(${LITERAL})[ \t]*#[ \t]*@param(?![\p{XID_Continue}])[ \t]*(.*?)[ \t]*$`,
  "su",
);
const PAIR = new RegExp(String.raw`[ \t]*(["']?)([A-Za-z_][A-Za-z0-9_-]*)\1[ \t]*:[ \t]*(${LITERAL}|(?:true|false)\b)[ \t]*(?:,|$)`, "y");
const ITEM = new RegExp(String.raw`[ \t]*(${LITERAL})[ \t]*(?:,|$)`, "y");
const LIMITS = ["min", "max", "step"];
const KEYS: Record<string, string[]> = { slider: LIMITS, number: LIMITS, integer: LIMITS, boolean: [], string: [] };

export function readParams(code: string): Param[] {
  return find(code).map(({ param }) => param);
}

/** `code` with another value for the parameter called `name`. Unchanged when there is none. */
export function writeParam(code: string, name: string, value: Value): string {
  const found = find(code).find(({ param }) => param.name === name);
  if (!found) return code;
  // An option stays what it is in the list: 1 is no 1.0.
  const listed = found.literals[found.param.options?.indexOf(value) ?? -1];
  return code.slice(0, found.from) + (listed ?? written(value, code.slice(found.from, found.to))) + code.slice(found.to);
}

function find(code: string): Found[] {
  const found = new Map<string, Found>();
  for (const { start, line } of statements(code)) {
    const end = code.indexOf("\n", start);
    const match = LINE.exec(code.slice(start, end < 0 ? undefined : end));
    if (!match) continue;
    const [, before, named, literal, form] = match as unknown as [string, string, string, string, string];
    const [name, value] = [named.normalize("NFKC"), read(literal)]; // as Python has it
    if (value === undefined || found.has(name)) continue;
    const options = form.startsWith("[") ? list(form, [literal, value]) : [];
    const described: Form | undefined = options?.length
      ? { type: "dropdown", options: options.map(([, option]) => option) }
      : object(form, literal, value);
    if (!described) continue;
    found.set(name, {
      literals: options!.map(([option]) => option),
      param: { line, name, value, ...described },
      from: start + before.length,
      to: start + before.length + literal.length,
    });
  }
  return [...found.values()];
}

/** Lines on which a statement may start: outside strings and brackets. */
function statements(code: string): { start: number; line: number }[] {
  const starts = [{ start: 0, line: 1 }];
  let [depth, line] = [0, 1];
  const token = /"""[^]*?(?:"""|$)|'''[^]*?(?:'''|$)|"(?:[^"\\\n]|\\[^])*"?|'(?:[^'\\\n]|\\[^])*'?|#[^\n]*|[([{]|[)\]}]|\\\n|\n/g;
  for (const { 0: text, index } of code.matchAll(token)) {
    line += text.split("\n").length - 1;
    if (/^[([{]$/.test(text)) depth++;
    else if (/^[)\]}]$/.test(text)) depth = Math.max(0, depth - 1);
    else if (text === "\n" && depth === 0) starts.push({ start: index + 1, line });
  }
  return starts;
}

function list(form: string, [literal, value]: Option): Option[] | undefined {
  const items = form.endsWith("]") && form.length > 1 ? sequence(ITEM, form.slice(1, -1)) : undefined;
  const options = items?.map(([, item]): [string, Value | undefined] => [item!, read(item!)]);
  const whole = options?.every((option): option is Option => option[1] !== undefined) ? options : undefined;
  if (!whole?.some(([item, option]) => option === value && isFloat(item) === isFloat(literal))) return undefined;
  return new Set(whole.map(([, option]) => (Number(option) === option || typeof option === "string" ? option : Number(option)))).size ===
    whole.length
    ? whole
    : undefined;
}

function object(form: string, literal: string, value: Value): Form | undefined {
  const pairs = /^\{.*\}$/s.test(form) ? sequence(PAIR, form.slice(1, -1)) : undefined;
  if (!pairs) return undefined;
  const given = new Map(pairs.map(([, , key, limit]) => [key!, read(limit!)]));
  const type = String(given.get("type"));
  given.delete("type");
  if (
    given.size + 1 !== pairs.length ||
    !Object.hasOwn(KEYS, type) ||
    [...given.keys()].some((key) => !KEYS[type]!.includes(key)) ||
    [...given.values()].includes(undefined)
  )
    return undefined;
  if (type === "integer" && [literal, ...pairs.filter(([, , key]) => key !== "type").map(([, , , limit]) => limit!)].some(isFloat))
    return undefined;
  const limits = Object.fromEntries(given) as Partial<Record<"min" | "max" | "step", number>>;
  return fits(type, value, limits) ? { type: type as Form["type"], ...(type === "slider" ? { step: 1 } : {}), ...limits } : undefined;
}

function fits(type: string, value: Value, { min, max, step }: { min?: number; max?: number; step?: number }): boolean {
  if (type === "boolean") return typeof value === type;
  if (type === "string") return typeof value === type && !/[\n\r]/.test(value as string); // its field has one line
  const numbers = [value, min, max, step].filter((each) => each !== undefined);
  if (!numbers.every((each) => typeof each === "number")) return false;
  if (type === "integer" && !numbers.every(Number.isInteger)) return false;
  if (type === "slider" && (min === undefined || max === undefined)) return false;
  if ((step !== undefined && step <= 0) || min! >= max! || (value as number) < min! || (value as number) > max!) return false;
  const steps = ((value as number) - (min ?? 0)) / (step ?? 1);
  return type !== "slider" || Math.abs(steps - Math.round(steps)) <= 1e-6;
}

/** Matches of a sticky pattern, one after another to the end. */
function sequence(pattern: RegExp, text: string): RegExpExecArray[] | undefined {
  const found: RegExpExecArray[] = [];
  pattern.lastIndex = 0;
  const whole = text.replace(/[ \t]+$/, "");
  while (pattern.lastIndex < whole.length) {
    const match = pattern.exec(whole);
    if (!match) return undefined;
    found.push(match);
  }
  return found;
}
