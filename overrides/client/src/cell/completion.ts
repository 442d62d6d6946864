/** Names from the running session. Typing is an intent to run, so it starts the kernel, where that has not to be asked first. */
import type { Completion, CompletionContext, CompletionResult, CompletionSource } from "@codemirror/autocomplete";
import { pythonFirst, pythonIsHere } from "../page/consent";
import { theKernel } from "../page/kernel";

export function completions(page: string): CompletionSource {
  return async (context: CompletionContext): Promise<CompletionResult | null> => {
    const word = context.matchBefore(/[\w.]+$/);
    if (!word && !context.explicit) return null;
    const kernel = await theKernel().catch(() => undefined);
    if (!kernel) return null;
    if (!pythonIsHere() && !(await pythonFirst())) void kernel.start().catch(() => {});
    const code = context.state.doc.toString();
    const found = await kernel.complete(page, code, points(code.slice(0, context.pos)));
    if (!found.length || context.aborted) return null;
    // Python counts characters, the editor UTF-16 units.
    const from = [...code].slice(0, found[0]!.from).join("").length;
    return { from, options: found.map(option), validFor: /^\w*$/ };
  };
}

function option({ label, type, detail, info }: import("../kernel/protocol").Completion): Completion {
  return {
    label,
    type,
    detail: short(detail),
    info: [detail.length > 40 ? `${label}${detail}` : "", info].filter(Boolean).join("\n") || undefined,
  };
}

const points = (text: string): number => [...text].length;
const short = (text: string): string => (text.length > 40 ? `${text.slice(0, 39)}…` : text);
