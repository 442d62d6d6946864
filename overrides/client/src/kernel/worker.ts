/** The worker's entry: Python, and what the page may ask of it. */
import { type Started, start, startPlain } from "./boot";
import { DownloadError } from "./downloads";
import { Receiver } from "./interrupt";
import type { Completion, Output } from "./protocol";
import { isFatal, type PyProxy } from "./pyodide";
import { type Ended, type FromWorker, isToWorker, type ToWorker } from "./wire";

type Message<T extends ToWorker["type"]> = Extract<ToWorker, { type: T }>;

const TICK = 30; // ms between two looks, while Python computes, at what is to be sent
const SNAPSHOT_AFTER = 500; // ms after a run: then there is time to keep a snapshot

class KernelWorker {
  #started!: Started;
  #session!: PyProxy;
  #receiver!: Receiver;
  #run: Message<"run"> | undefined;
  #questions = 0;
  /** What waits for the page's answer, by question. */
  readonly #asked = new Map<number, (answer: string | boolean | null) => void>();
  /** What has come by the file descriptors. Python fetches it: it gives up its lock while it writes there, and may not be called. */
  readonly #written: [name: "stdout" | "stderr", text: string][] = [];
  #stopWaiting: (() => void) | null = null;
  #die: () => void = () => {};
  readonly #death = new Promise<never>((_, reject) => (this.#die = () => reject(new Error("Python is dead"))));

  receive(message: ToWorker): void {
    switch (message.type) {
      case "boot":
        return void this.#boot(message);
      case "run":
        return void this.#perform(message);
      case "interrupt":
        this.#interrupt(message.run);
        return send({ type: "heard", id: message.id });
      case "ping":
        return send({ type: "heard", id: message.id });
      case "complete":
        return send({ type: "completed", id: message.id, found: this.#complete(message) });
      case "answer":
        return this.#answered(message.question, message.text);
      case "permission":
        return this.#answered(message.question, message.given);
    }
  }

  async #boot({ runtime, data, shared, code }: Message<"boot">): Promise<void> {
    this.#receiver = new Receiver(shared);
    const env = { ENGINEROOM_DATA_URL: data };
    try {
      try {
        this.#started = await start(runtime, env, code, (progress) => send({ type: "progress", ...progress }));
        this.#open();
      } catch (error) {
        if (error instanceof DownloadError) throw error;
        console.warn("Python's fast start failed; starting it the plain way:", error);
        this.#started = await startPlain(runtime, env);
        this.#open();
      }
      const { way, times } = this.#started;
      send({ type: "booted", way, times, code });
    } catch (error) {
      if (error instanceof DownloadError) return send({ type: "failed", kind: "download", message: error.message, file: error.file });
      const reason = error instanceof Error ? error.message.trim().split("\n").at(-1) : String(error);
      send({ type: "failed", kind: "boot", message: `Python did not start in this browser (${reason}).` });
    }
  }

  async #perform(request: Message<"run">): Promise<void> {
    const { run, page, cell, code } = request;
    this.#run = request;
    this.#receiver.begin(run);
    this.#session.expect();
    const output = (text: string): void => send({ type: "output", run, batch: JSON.parse(text) as Output[] });
    let ended: Ended = { status: "died", used: [], gone: [] };
    try {
      ended = JSON.parse(await Promise.race([this.#session.run(page, cell, code, output), this.#death])) as Ended;
    } catch (error) {
      console.error(error);
    }
    this.#run = undefined;
    this.#receiver.armed = false;
    send({ type: "ended", run, ...ended });
    setTimeout(() => void this.#started.keepSnapshot(), SNAPSHOT_AFTER);
  }

  #interrupt(run: number): void {
    if (this.#run?.run !== run) return;
    this.#receiver.heard();
    this.#stopWaiting?.();
    this.#session.interrupt();
  }

  #complete({ page, code, cursor }: Message<"complete">): Completion[] {
    try {
      return this.#run ? [] : (JSON.parse(this.#session.complete(page, code, cursor)) as Completion[]);
    } catch (error) {
      console.error(error);
      return [];
    }
  }

  #open(): void {
    const { python } = this.#started;
    // The interpreter may end inside a callback that nobody waits for.
    this.#death.catch(() => {});
    python._api.on_fatal = () => this.#die();
    for (const kind of ["error", "unhandledrejection"] as const)
      addEventListener(kind, (event) => {
        if (isFatal(event instanceof ErrorEvent ? event.error : event.reason)) this.#die();
      });
    const bridge = python.pyimport("engineroom.kernel.bridge");
    this.#session = bridge.open({
      arm: (on: boolean) => void (this.#receiver.armed = on),
      canWait: this.#receiver.canWait,
      pause: (milliseconds: number) => this.#receiver.pause(milliseconds),
      ask: (prompt: string, password: boolean) => this.#askAndWait(prompt, password),
      askLater: (prompt: string, password: boolean) => this.#askLater(prompt, password),
      mayFetch: (name: string, bytes: number) => this.#mayFetch(name, bytes),
      written: () => (this.#written.length ? JSON.stringify(this.#written.splice(0)) : ""),
    });
    const writer = (name: "stdout" | "stderr") => {
      const decoder = new TextDecoder();
      return {
        write: (buffer: Uint8Array): number => {
          this.#written.push([name, decoder.decode(buffer, { stream: true })]);
          return buffer.length;
        },
      };
    };
    python.setStdout(writer("stdout"));
    python.setStderr(writer("stderr"));
    let last = 0;
    this.#receiver.onLook = () => {
      const now = performance.now();
      if (now - last < TICK) return;
      last = now;
      this.#session.tick();
    };
    python.setInterruptBuffer(this.#receiver);
  }

  #askAndWait(prompt: string, password: boolean): string | null {
    if (!this.#run?.asks) return null;
    this.#receiver.expect();
    send({ type: "ask", run: this.#run.run, question: ++this.#questions, prompt, password });
    return this.#receiver.receive();
  }

  async #askLater(prompt: string, password: boolean): Promise<string | null> {
    if (!this.#run?.asks) return null;
    const { run } = this.#run;
    const stopped = new Promise<null>((resolve) => (this.#stopWaiting = () => resolve(null)));
    const answer = this.#question<string | null>((question) => ({ type: "ask", run, question, prompt, password }));
    return Promise.race([answer, stopped]).finally(() => (this.#stopWaiting = null));
  }

  /** Of a cell's late tasks nobody is there to be asked. */
  async #mayFetch(name: string, bytes: number): Promise<boolean> {
    if (!this.#run?.guarded) return true;
    const { run } = this.#run;
    return this.#question<boolean>((question) => ({ type: "fetch", run, question, name, bytes }));
  }

  #question<T extends string | boolean | null>(message: (question: number) => FromWorker): Promise<T> {
    const question = ++this.#questions;
    const answer = new Promise<T>((resolve) => this.#asked.set(question, (given) => resolve(given as T)));
    send(message(question));
    return answer;
  }

  #answered(question: number, answer: string | boolean | null): void {
    this.#asked.get(question)?.(answer);
    this.#asked.delete(question);
  }
}

// From an address of its own it would stand under no policy: see open.ts.
if (location.protocol !== "blob:") throw new Error("The kernel's worker is started by the page, which gives it its policy.");

function send(message: FromWorker): void {
  postMessage(message);
}

const worker = new KernelWorker();
addEventListener("message", ({ data, isTrusted }: MessageEvent<unknown>) => {
  if (!isTrusted) return; // a cell's own
  if (isToWorker(data)) worker.receive(data);
  else console.error("Python's worker was told what it does not know:", data);
});
