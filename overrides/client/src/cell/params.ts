/**
 * The notebook form syntax: `name = value  # @param {type:"slider", min:0, max:5, step:1}`.
 *
 * The build reads the same and refuses what is wrong; here, in the middle of an edit, a wrong one only has no control.
 * tests/site/params_cases.json is what both must agree on.
 */

export type Value = string | number | boolean;

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

interface Found {
  param: Param;
  /** Where the value stands in the code. */
  from: number;
  to: number;
}

const STRING = String.raw`"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'`;
const NUMBER = String.raw`[-+]?(?:\d[\d_]*\.?[\d_]*|\.\d+)(?:[eE][-+]?\d+)?`;
const LINE = new RegExp(`^(([^\\W\\d]\\w*)\\s*(?::[^=#"']+)?=\\s*)(${STRING}|${NUMBER}|True|False)\\s*#\\s*@param\\b\\s*(.*?)\\s*$`, "u");
const PAIR = new RegExp(`\\s*(["']?)([A-Za-z_][\\w-]*)\\1\\s*:\\s*(${STRING}|${NUMBER}|true|false|True|False)\\s*(?:,|$)`, "y");
const ITEM = new RegExp(`\\s*(${STRING}|${NUMBER}|True|False)\\s*(?:,|$)`, "y");
const LIMITS = ["min", "max", "step"];
const KEYS: Record<string, string[]> = { slider: LIMITS, number: LIMITS, integer: LIMITS, boolean: [], string: [] };

export function readParams(code: string): Param[] {
  return find(code).map(({ param }) => param);
}

/** `code` with another value for the parameter called `name`. Unchanged when there is none. */
export function writeParam(code: string, name: string, value: Value): string {
  const found = find(code).find(({ param }) => param.name === name);
  return found ? code.slice(0, found.from) + written(value, code.slice(found.from, found.to)) + code.slice(found.to) : code;
}

function find(code: string): Found[] {
  const found = new Map<string, Found>();
  for (const { start, line } of statements(code)) {
    const end = code.indexOf("\n", start);
    const match = LINE.exec(code.slice(start, end < 0 ? undefined : end));
    if (!match) continue;
    const [, before, name, literal, form] = match as unknown as [string, string, string, string, string];
    const value = read(literal);
    const described = form.startsWith("[") ? list(form, value) : object(form, value);
    if (!described || found.has(name)) continue;
    found.set(name, { param: { line, name, value, ...described }, from: start + before.length, to: start + before.length + literal.length });
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

function list(form: string, value: Value): Form | undefined {
  const items = form.endsWith("]") ? sequence(ITEM, form.slice(1, -1)) : undefined;
  const options = items?.map(([, literal]) => read(literal!));
  return options?.includes(value) ? { type: "dropdown", options } : undefined;
}

function object(form: string, value: Value): Form | undefined {
  const pairs = /^\{.*\}$/.test(form) ? sequence(PAIR, form.slice(1, -1)) : undefined;
  if (!pairs) return undefined;
  const given = new Map(pairs.map(([, , key, literal]) => [key!, read(literal!)]));
  const type = String(given.get("type"));
  given.delete("type");
  if (given.size + 1 !== pairs.length || !(type in KEYS) || [...given.keys()].some((key) => !KEYS[type]!.includes(key))) return undefined;
  const limits = Object.fromEntries(given) as Partial<Record<"min" | "max" | "step", number>>;
  return fits(type, value, limits) ? { type: type as Form["type"], ...(type === "slider" ? { step: 1 } : {}), ...limits } : undefined;
}

function fits(type: string, value: Value, { min, max, step }: { min?: number; max?: number; step?: number }): boolean {
  if (type === "boolean" || type === "string") return typeof value === type;
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
  const whole = text.trimEnd();
  while (pattern.lastIndex < whole.length) {
    const match = pattern.exec(whole);
    if (!match) return undefined;
    found.push(match);
  }
  return found;
}

const ESCAPES: Record<string, string> = { n: "\n", t: "\t", r: "\r", "\\": "\\", '"': '"', "'": "'" };

function read(literal: string): Value {
  if (/^["']/.test(literal)) return literal.slice(1, -1).replace(/\\(.)/g, (whole, letter: string) => ESCAPES[letter] ?? whole);
  return /^true$|^false$/i.test(literal) ? /^true$/i.test(literal) : Number(literal.replaceAll("_", ""));
}

/** A value as Python, in the manner of the one it replaces: its quotes, its decimal point. */
function written(value: Value, old: string): string {
  if (typeof value === "boolean") return value ? "True" : "False";
  if (typeof value === "number") return Number.isInteger(value) && /^[^"']*[.eE]/.test(old) && !/^(True|False)$/.test(old) ? `${value}.0` : String(value);
  const quote = old.startsWith("'") ? "'" : '"';
  const escaped = value.replace(/[\\\n\r\t]/g, (character) => ({ "\\": "\\\\", "\n": "\\n", "\r": "\\r", "\t": "\\t" })[character]!);
  return quote + escaped.replaceAll(quote, `\\${quote}`) + quote;
}
