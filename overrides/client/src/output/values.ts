/** Attributes of outputs whose values CSS reads, parsed as CSS does. The build does the same, in cells/values.py. */
import { type CSSToken, TokenType, tokenize } from "@csstools/css-tokenizer";
import allowed from "../../../../pysrc/engineroom_site/cells/allowed_html.json";

const REFERENCE = new RegExp(`^#(${allowed.name})$`);
const REFUSED = new Set<string>([
  TokenType.URL,
  TokenType.AtKeyword,
  TokenType.BadString,
  TokenType.BadURL,
  TokenType.OpenCurly,
  TokenType.CloseCurly,
]);
const OPENS = new Set<string>([TokenType.Function, TokenType.OpenParen, TokenType.OpenSquare]);
const CLOSES = new Set<string>([TokenType.CloseParen, TokenType.CloseSquare]);

/** The value with its references led to names that begin with `mark`; undefined when it calls what is not allowed, or leads elsewhere. */
export function local(value: string, mark: string): string | undefined {
  if (!value.includes("(")) return value; // without one, CSS reads no function and no address
  let broken = false;
  const tokens = tokenize({ css: value }, { onParseError: () => (broken = true) }).filter(([type]) => type !== TokenType.Comment);
  let [text, depth] = ["", 0];
  for (let at = 0; at < tokens.length; at++) {
    const token = tokens[at]!;
    const reference = depth ? undefined : read(tokens, at);
    const name = reference && REFERENCE.exec(reference.address)?.[1];
    if (name) {
      text += `url(#${mark}${name})`;
      at = reference.end;
      continue;
    }
    if (REFUSED.has(token[0])) return undefined;
    if (token[0] === TokenType.Function && !allowed.functions.includes(token[4].value.toLowerCase())) return undefined;
    if (OPENS.has(token[0])) depth++;
    if (CLOSES.has(token[0])) depth--;
    if (depth < 0) return undefined;
    text += token[1];
  }
  return broken || depth ? undefined : text;
}

/** The address that a value names at this token, and the last token of it. */
function read(tokens: CSSToken[], at: number): { address: string; end: number } | undefined {
  const token = tokens[at]!;
  if (token[0] === TokenType.URL) return { address: token[4].value, end: at };
  if (token[0] !== TokenType.Function || token[4].value.toLowerCase() !== "url") return undefined;
  const end = tokens.findIndex(([type], place) => place > at && type === TokenType.CloseParen);
  const [said, ...more] = tokens.slice(at + 1, end).filter(([type]) => type !== TokenType.Whitespace);
  return end > 0 && said?.[0] === TokenType.String && !more.length ? { address: said[4].value, end } : undefined;
}
