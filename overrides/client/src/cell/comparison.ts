/** Whether the output that a cell shows is that of the code it shows, and what its reader is told if not. */
import type { Wanted } from "../kernel/protocol";

interface Code {
  readonly code: string;
  /** It came with a link. */
  readonly unconfirmed: boolean;
}

interface Shown {
  /** The code that made it. */
  readonly code: string;
  readonly published: boolean;
  readonly empty: boolean;
}

/** A sentence, or nothing when the two belong together. `wanted`: what a run has to fetch first. */
export function comparison(source: Code, output: Shown, wanted: Wanted | undefined): string {
  return [contradiction(source, output), wanted && cost(wanted)].filter(Boolean).join(" ");
}

function contradiction({ code, unconfirmed }: Code, shown: Shown): string {
  if (shown.code === code || shown.empty) return "";
  if (unconfirmed) return "What is shown below was not computed with the link’s code.";
  return shown.published
    ? "What is shown below was computed with the code as published, not with your changes."
    : "What is shown below was computed before the last change to this cell.";
}

function cost({ name, bytes }: Wanted): string {
  return `Running this cell fetches ${name} first: ${(bytes / 1e6).toFixed(1)} MB, which your browser keeps.`;
}
