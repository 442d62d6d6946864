/** Terminal text as a page shows it: carriage returns overwrite their line, colour codes are dropped. */

const CONTROL = /\x1b\[[0-9;?]*[ -/]*[@-~]|\x1b[@-_]/g;

export interface Written {
  /** Text for which nothing can change any more, to be appended. */
  settled: string;
  /** The line being written: what it showed before its last carriage return, that return, and what came after. */
  line: string;
}

/** Write `text` after the unfinished `line`. */
export function write(line: string, text: string): Written {
  const lines = (line + text.replace(CONTROL, "")).split("\n");
  const last = lines.pop()!;
  const at = last.lastIndexOf("\r");
  return {
    settled: lines.map((each) => visible(each) + "\n").join(""),
    line: at < 0 ? last : visible(last.slice(0, at)) + last.slice(at),
  };
}

/** What a line shows: what follows a carriage return is written over its beginning. */
export function visible(line: string): string {
  if (!line.includes("\r")) return line;
  return line.split("\r").reduce((shown, part) => part + shown.slice(part.length), "");
}

/** Whether text is set in columns, which a narrow screen must not break: two spaces between its words. */
export function inColumns(text: string): boolean {
  return /\S {2,}\S/.test(text);
}
