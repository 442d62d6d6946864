/**
 * A figure's expressions, as Vega's interpreter reads them, kept to plain data.
 *
 * The interpreter calls only Vega's own functions, but follows members anywhere: from an item to its element, and from there to the whole
 * page. Each `a.b` becomes a call of `member`, which hands out data and the figure's own items, and nothing else.
 */
import * as vega from "vega";
import { expressionInterpreter } from "vega-interpreter";

interface Node {
  type: string;
  [name: string]: unknown;
}

interface Context {
  functions: object;
}

type Interpreter = Record<string, (context: Context, expression: object) => unknown>;

const HELD_BACK = new Set(["__proto__", "constructor", "prototype"]);
const { Bounds, GroupItem, Item } = vega as unknown as Record<string, new () => object>;
const DATA = new Set<unknown>([null, ...[Object, Array, Date, RegExp, Bounds, GroupItem, Item].map((kind) => kind!.prototype as object)]);

/** A member of a value, where it is data. */
function member(of: Record<string, unknown>, name: unknown): unknown {
  const key = String(name);
  if (HELD_BACK.has(key)) return undefined;
  const value = of[key];
  return isData(value) ? value : undefined;
}

export const interpreter: Interpreter = Object.fromEntries(
  Object.entries(expressionInterpreter as Interpreter).map(([kind, read]) => [
    kind,
    ({ functions }, expression) => read({ functions: Object.assign(Object.create(functions), { member }) }, guarded(expression) as object),
  ]),
);

function guarded(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(guarded);
  if (typeof value !== "object" || value === null || value instanceof RegExp) return value;
  const node = Object.fromEntries(Object.entries(value).map(([name, each]) => [name, guarded(each)])) as Node;
  if (node.type !== "MemberExpression") return node;
  const property = node.property as Node;
  const name = node.computed ? property : { type: "Literal", value: property.name };
  return { type: "CallExpression", callee: { type: "Identifier", name: "member" }, arguments: [node.object, name] };
}

/** Whether it is a number, a text, a list, a record, a date, or an item of the drawing. */
function isData(value: unknown): boolean {
  return typeof value !== "function" && (typeof value !== "object" || value === null || DATA.has(Object.getPrototypeOf(value)));
}
