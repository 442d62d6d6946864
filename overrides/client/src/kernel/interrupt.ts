/**
 * Memory that page and worker share where the page is cross-origin isolated: how a computing cell is stopped, and how one that waits
 * for input gets its answer.
 *
 * Word 0: the run that is to stop, 0 for none. Word 1: the answer's state. Word 2: its length in bytes. Then the answer, UTF-8.
 */

const SIGNAL = 0;
const STATE = 1;
const LENGTH = 2;
const TEXT = 12;
const CAPACITY = 1 << 20;
const [WAITING, ANSWERED, REFUSED] = [0, 1, 2];
const SIGINT = 2;

export function createShared(): SharedArrayBuffer | null {
  return globalThis.crossOriginIsolated ? new SharedArrayBuffer(TEXT + CAPACITY) : null;
}

/** The page's end. */
export class Caller {
  readonly #words: Int32Array;
  readonly #bytes: Uint8Array;

  constructor(shared: SharedArrayBuffer) {
    this.#words = new Int32Array(shared, 0, 3);
    this.#bytes = new Uint8Array(shared, TEXT);
  }

  /** Run `number` is to stop, whether the worker has begun it or not. */
  stop(number: number): void {
    Atomics.store(this.#words, SIGNAL, number);
    Atomics.notify(this.#words, SIGNAL);
    Atomics.store(this.#words, STATE, REFUSED);
    Atomics.notify(this.#words, STATE);
  }

  /** Answer a question; null when the reader gave none. */
  answer(text: string | null): void {
    const bytes = new TextEncoder().encode(text ?? "").subarray(0, CAPACITY);
    this.#bytes.set(bytes);
    Atomics.store(this.#words, LENGTH, bytes.length);
    Atomics.store(this.#words, STATE, text === null ? REFUSED : ANSWERED);
    Atomics.notify(this.#words, STATE);
  }
}

/** The worker's end. Also what Pyodide takes for its interrupt buffer: it reads [0] now and then while Python computes. */
export class Receiver {
  /** Only a cell may be interrupted, never the kernel around it. */
  armed = false;
  /** Called at every look at the signal. */
  onLook: () => void = () => {};
  #running = 0;
  #seen = false;
  readonly #words: Int32Array | null;
  readonly #bytes: Uint8Array | null;

  constructor(shared: SharedArrayBuffer | null) {
    this.#words = shared && new Int32Array(shared, 0, 3);
    this.#bytes = shared && new Uint8Array(shared, TEXT);
  }

  get 0(): number {
    if (!this.armed) return 0;
    this.armed = false; // what looks runs Python, which looks
    this.onLook();
    this.armed = true;
    this.#seen = this.#stopped;
    return this.#seen ? SIGINT : 0;
  }

  /** Python writes 0 after every look, whatever it saw: a stop that came in between must not be lost. */
  set 0(_: 0) {
    if (this.#seen) this.heard();
    this.#seen = false;
  }

  /** From now on a stop is for run `number`; one for the run before comes too late. */
  begin(number: number): void {
    this.#running = number;
    if (!this.#words) return;
    const late = Atomics.load(this.#words, SIGNAL);
    if (late !== number) Atomics.compareExchange(this.#words, SIGNAL, late, 0);
  }

  /** The stop has been heard otherwise. */
  heard(): void {
    if (this.#words) Atomics.compareExchange(this.#words, SIGNAL, this.#running, 0);
  }

  get #stopped(): boolean {
    return this.#words !== null && this.#running !== 0 && Atomics.load(this.#words, SIGNAL) === this.#running;
  }

  get canWait(): boolean {
    return this.#words !== null;
  }

  /** Sleep; true when the signal came. */
  pause(milliseconds: number): boolean {
    if (!this.#words) return false;
    Atomics.wait(this.#words, SIGNAL, 0, milliseconds);
    return this.#stopped;
  }

  /** Open a question: answers from now on are for it. */
  expect(): void {
    if (this.#words) Atomics.store(this.#words, STATE, WAITING);
  }

  /** Wait for the answer; null when it was refused. */
  receive(): string | null {
    if (!this.#words || !this.#bytes) return null;
    if (this.#stopped) return null;
    Atomics.wait(this.#words, STATE, WAITING);
    if (Atomics.load(this.#words, STATE) !== ANSWERED) return null;
    const length = Atomics.load(this.#words, LENGTH);
    return new TextDecoder().decode(this.#bytes.slice(0, length));
  }
}
