/**
 * Python's literals that a parameter may have, read and written. The build reads the same: cells/literals.py says which, and
 * tests/site/params_cases.json is what both must agree on.
 */

export type Value = string | number | boolean;

const ESCAPE = String.raw`\\(?:[\\'"abfnrtv]|x[0-9a-fA-F]{2}|u(?![dD][89a-fA-F])[0-9a-fA-F]{4}|U(?:000(?!0[dD][89a-fA-F])[0-9a-fA-F]{5}|0010[0-9a-fA-F]{4}))`;
const STRING = String.raw`(?:"(?:[^"\\\n\r]|${ESCAPE})*"|'(?:[^'\\\n\r]|${ESCAPE})*')`;
const DIGITS = "[0-9](?:_?[0-9])*";
const EXPONENT = `[eE][-+]?${DIGITS}`;
const FLOAT = String.raw`(?:(?:${DIGITS}\.(?:${DIGITS})?|\.${DIGITS})(?:${EXPONENT})?|${DIGITS}${EXPONENT})`;
const INTEGER = "(?:[1-9](?:_?[0-9])*|0(?:_?0)*)";
const NUMBER = `[-+]?(?:${FLOAT}|${INTEGER})(?![0-9A-Za-z_.])`;
export const LITERAL = String.raw`(?:${STRING}|${NUMBER}|(?:True|False)\b)`;

const ESCAPES: Record<string, string> = { a: "\x07", b: "\b", f: "\f", n: "\n", r: "\r", t: "\t", v: "\v", "\\": "\\", '"': '"', "'": "'" };

/** What a literal says; undefined for a number that the page cannot hold. */
export function read(literal: string): Value | undefined {
  if (/^["']/.test(literal)) {
    return literal
      .slice(1, -1)
      .replaceAll(/\\(?:x(.{2})|u(.{4})|U(.{8})|(.))/g, (_, two?: string, four?: string, eight?: string, letter?: string) => {
        const digits = two ?? four ?? eight;
        return digits ? String.fromCodePoint(parseInt(digits, 16)) : ESCAPES[letter!]!;
      });
  }
  if (/^true$|^false$/i.test(literal)) return /^true$/i.test(literal);
  const value = Number(literal.replaceAll("_", ""));
  if (isFloat(literal)) return Number.isFinite(value) ? value : undefined;
  return Number.isSafeInteger(value) ? value + 0 : undefined;
}

/** Whether Python takes it for a float. */
export function isFloat(literal: string): boolean {
  return /^[-+]?[0-9.]/.test(literal) && /[.eE]/.test(literal);
}

/** A value as Python, in the manner of the literal it replaces: its quotes, its being a float. */
export function written(value: Value, old: string): string {
  if (typeof value === "boolean") return value ? "True" : "False";
  if (typeof value === "number") {
    const plain = Object.is(value, -0) && isFloat(old) ? "-0" : String(value);
    const float = isFloat(old) || (Number.isInteger(value) && !Number.isSafeInteger(value));
    return Number.isInteger(value) && float && !isFloat(plain) ? `${plain}.0` : plain;
  }
  const quote = old.startsWith("'") ? "'" : '"';
  const short: Record<string, string> = { "\\": "\\\\", "\n": "\\n", "\r": "\\r", "\t": "\\t", [quote]: `\\${quote}` };
  const escaped = value
    .replaceAll(/\p{Surrogate}/gu, "\ufffd") // half a character, which no literal can say
    .replaceAll(/[\\\x00-\x1f\x7f-\x9f\u2028\u2029\ufeff"']/g, (one) =>
      /["']/.test(one) && one !== quote ? one : (short[one] ?? `\\u${one.charCodeAt(0).toString(16).padStart(4, "0")}`),
    );
  return quote + escaped + quote;
}
