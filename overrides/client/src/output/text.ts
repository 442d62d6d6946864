/** Terminal text as a page shows it: carriage returns overwrite their line, colour codes are dropped. */

const CONTROL = /\x1b\[[0-9;?]*[ -/]*[@-~]|\x1b[@-_]/g;

export interface Written {
  /** Text for which nothing can change any more, to be appended. */
  settled: string;
  /** The line being written, which a carriage return may still overwrite. */
  line: string;
}

/** Write `text` after the unfinished `line`. */
export function write(line: string, text: string): Written {
  const clean = text.replace(CONTROL, "").replaceAll("\r\n", "\n");
  const end = clean.lastIndexOf("\n") + 1;
  if (!clean.includes("\r") && !line.endsWith("\r")) {
    return end ? { settled: line + clean.slice(0, end), line: clean.slice(end) } : { settled: "", line: line + clean };
  }
  const lines = (line + clean).split("\n");
  const last = lines.pop()!;
  return { settled: lines.map((each) => overwrite(each) + "\n").join(""), line: overwrite(last, true) };
}

/** A final \r is kept while the line is unfinished: what follows it starts over. */
function overwrite(line: string, unfinished = false): string {
  const keep = unfinished && line.endsWith("\r") ? "\r" : "";
  let shown = "";
  for (const part of line.split("\r")) shown = part + shown.slice(part.length);
  return shown + keep;
}
