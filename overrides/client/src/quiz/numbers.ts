/** Numbers as people type them. The build reads the same in engineroom_quiz/numbers.py: tests/site/number_cases.json is what both must agree on. */

const GROUPED = /^([-+]?)([1-9][0-9]{0,2}(?:([ ,_'])[0-9]{3})(?:\3[0-9]{3})*)(?:([.,])([0-9]*))?$/;
const PLAIN = /^[-+]?(?:[0-9]+[.,]?[0-9]*|[.,][0-9]+)(?:[eE][-+]?[0-9]+)?$/;
const UNCLEAR = /^[-+]?[1-9][0-9]{0,2},[0-9]{3}[eE]/; // a group or decimals, times a power?

/**
 * What `text` says; NaN when it is no finite number.
 *
 * 1,024 and 1 024 and 1'024 are one thousand and twenty-four: a comma groups when each has three digits behind it and the first group
 * does not begin with 0. Any other comma is a decimal one: 0,849 and 1,25.
 */
export function number(text: string): number {
  const bare = text
    .replaceAll(/[\uff01-\uff5e]/g, (wide) => String.fromCharCode(wide.charCodeAt(0) - 0xfee0))
    .replaceAll(/[\u00a0\u2007\u2009\u202f\u3000]/g, " ")
    .replaceAll(/^[ \t\n\r]+|[ \t\n\r]+$/g, "")
    .replaceAll("\u2019", "'")
    .replaceAll(/[\u2010-\u2013\u2212]/g, "-");
  const [, sign, whole, group, point, decimals] = GROUPED.exec(bare) ?? [];
  let plain: string;
  if (whole !== undefined && !(group === "," && point === ",")) plain = `${sign}${whole.replaceAll(/[^0-9]/g, "")}.${decimals ?? ""}0`;
  else if (PLAIN.test(bare) && !UNCLEAR.test(bare)) plain = bare.replace(",", ".");
  else return NaN;
  const value = Number(plain);
  const vanished = value === 0 && /[1-9]/.test(plain.split(/e/i)[0]!);
  return Number.isFinite(value) && !vanished ? value + 0 : NaN;
}

/** How a number was read, in digits that can be misread by nobody: no groups, a decimal point. */
export function plainly(value: number): string {
  return String(value);
}
