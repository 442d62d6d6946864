/**
 * Text as a terminal leaves it, one line at a time: overwritten, moved about in, erased; colours and links are dropped. As terminal.py.
 *
 * ECMA-48, and what xterm and tmux do with it; moves from line to line are left out. Columns are cells: a wide character takes two, and
 * one half of it overwritten takes the other with it.
 */
import { joins, width } from "./wide";

const FURTHEST = 10_000; // columns: no sequence moves beyond

const CONTROL = /[\x00-\x08\x0b-\x1f\x7f-\x9f]/;
const BROKEN_OFF = /\x1b(?:\][^\x07\x1b\n]*\x1b?|[PX^_][^\x1b\n]*\x1b?|\[[0-?]*[ -/]*|[ -/]*)$/;
const TOKEN =
  /\x1b\][^\x07\x1b\n]*(?:\x07|\x1b\\)|\x1b[PX^_][^\x1b\n]*\x1b\\|\x1b\[(?<numbers>[0-?]*)[ -/]*(?<does>[@-~])|\x1b[ -/]*[0-~]|(?<char>.)/gsu;

/** Text that comes in pieces, however it is cut. */
export class Terminal {
  #waiting = ""; // a sequence that is not complete yet
  #plain = ""; // the line being written, while nothing but text has come
  #line: Line | undefined;

  /** The line being written. */
  get line(): string {
    return this.#line ? this.#line.cells.join("") : this.#plain;
  }

  /** Write on; returns the lines that are done, for which nothing can change any more. */
  write(text: string): string {
    text = this.#waiting + text;
    this.#waiting = BROKEN_OFF.exec(text)?.[0] ?? "";
    const lines = text.slice(0, text.length - this.#waiting.length).split("\n");
    const last = lines.pop()!;
    let done = "";
    for (const line of lines) {
      this.#add(line);
      done += `${this.line}\n`;
      this.#plain = "";
      this.#line = undefined;
    }
    this.#add(last);
    return done;
  }

  #add(text: string): void {
    if (!this.#line && !CONTROL.test(text)) return void (this.#plain += text);
    if (!this.#line) {
      this.#line = new Line();
      text = this.#plain + text;
    }
    for (const { groups } of text.matchAll(TOKEN)) {
      if (groups!.does) this.#line.do(groups!.does, groups!.numbers!);
      else if (groups!.char) this.#line.put(groups!.char);
    }
  }
}

/** The cells of one line, "" for the second half of a wide character, and the column of the cursor. */
class Line {
  readonly cells: string[] = [];
  #at = 0;

  put(char: string): void {
    if (char === "\r") this.#at = 0;
    else if (char === "\b") this.#at = Math.max(0, this.#at - 1);
    else if (char === "\t") this.#at = (Math.floor(this.#at / 8) + 1) * 8;
    else if (width(char)) this.#write(width(char) === 2 ? [char, ""] : [char]);
    else if (joins(char)) this.#join(char);
  }

  /** A control sequence; those without meaning for one line do nothing. */
  do(does: string, numbers: string): void {
    const first = numbers.split(";")[0]!;
    if (!/^\d*$/.test(first)) return;
    const n = Math.min(Number(first), FURTHEST);
    const [at, count] = [this.#at, Math.max(n, 1)];
    if (does === "K" && n < 3) this.#erase(n === 0 ? at : 0, n === 1 ? at + 1 : this.cells.length);
    else if (does === "X") this.#erase(at, at + count);
    else if (does === "P") {
      this.#split(at, at + count);
      this.cells.splice(at, count);
    } else if (does === "@" && at < this.cells.length) {
      this.#split(at);
      this.cells.splice(at, 0, ...new Array<string>(count).fill(" "));
    } else if ("CDG".includes(does)) {
      const to = does === "C" ? at + count : does === "D" ? at - count : count - 1;
      this.#at = Math.max(0, Math.min(to, FURTHEST));
    }
  }

  #write(cells: string[]): void {
    while (this.cells.length < this.#at) this.cells.push(" ");
    const end = this.#at + cells.length;
    this.#split(this.#at, end);
    this.cells.splice(this.#at, cells.length, ...cells);
    this.#at = end;
  }

  /** A mark without width of its own stands on the character before the cursor. */
  #join(mark: string): void {
    let before = Math.min(this.#at, this.cells.length) - 1;
    if (before > 0 && !this.cells[before]) before--;
    if (before >= 0) this.cells[before] += mark;
  }

  #erase(first: number, end: number): void {
    this.#split(first, end);
    if (end >= this.cells.length) this.cells.length = Math.min(first, this.cells.length);
    else this.cells.fill(" ", first, end);
  }

  #split(...places: number[]): void {
    for (const at of places) if (this.cells[at] === "") this.cells.splice(at - 1, 2, " ", " ");
  }
}
