/** Python coloured with the class names that the build's highlighter uses, so that both take their colours from one place. */
import { pythonLanguage } from "@codemirror/lang-python";
import { highlightCode, tags as t, tagHighlighter } from "@lezer/highlight";

export const pygments = tagHighlighter([
  { tag: [t.keyword, t.controlKeyword, t.definitionKeyword, t.operatorKeyword, t.modifier], class: "k" },
  { tag: t.moduleKeyword, class: "kn" },
  { tag: [t.bool, t.null], class: "kc" },
  { tag: t.self, class: "bp" },
  { tag: [t.string, t.docString, t.character], class: "s2" },
  { tag: t.special(t.string), class: "s2" },
  { tag: t.escape, class: "se" },
  { tag: t.integer, class: "mi" },
  { tag: [t.number, t.float], class: "mf" },
  { tag: [t.comment, t.lineComment], class: "c1" },
  {
    tag: [t.operator, t.arithmeticOperator, t.compareOperator, t.logicOperator, t.bitwiseOperator, t.definitionOperator, t.updateOperator],
    class: "o",
  },
  { tag: [t.punctuation, t.bracket, t.paren, t.squareBracket, t.brace, t.separator, t.derefOperator], class: "p" },
  { tag: t.function(t.definition(t.variableName)), class: "nf" },
  { tag: t.definition(t.className), class: "nc" },
  { tag: t.meta, class: "nd" },
  { tag: [t.variableName, t.propertyName, t.function(t.variableName), t.function(t.propertyName)], class: "n" },
]);

/** Put coloured code into an element. */
export function colour(element: HTMLElement, code: string): void {
  const nodes: Node[] = [];
  highlightCode(
    code,
    pythonLanguage.parser.parse(code),
    pygments,
    (text, classes) => {
      if (!classes) return void nodes.push(document.createTextNode(text));
      const span = document.createElement("span");
      span.className = classes;
      span.textContent = text;
      nodes.push(span);
    },
    () => nodes.push(document.createTextNode("\n")),
  );
  element.replaceChildren(...nodes);
}
