/** A worker without Python: what a cell's code says is what it does. */
import type { Peer } from "../src/kernel/line";
import type { FromWorker, ToWorker } from "../src/kernel/wire";

type Run = Extract<ToWorker, { type: "run" }>;

export class FakeWorker implements Peer {
  static made: FakeWorker[] = [];
  static boots: "well" | "not" | "held" = "well";
  readonly told: ToWorker[] = [];
  terminated = false;
  #listeners: ((event: MessageEvent) => void)[] = [];
  #run: Run | undefined;

  constructor() {
    FakeWorker.made.push(this);
  }

  addEventListener(type: string, listener: (event: never) => void): void {
    if (type === "message") this.#listeners.push(listener as (event: MessageEvent) => void);
  }

  terminate(): void {
    this.terminated = true;
  }

  postMessage(message: ToWorker): void {
    this.told.push(structuredClone(message));
    queueMicrotask(() => this.terminated || this.#receive(message));
  }

  /** Whatever it is. */
  say(message: unknown): void {
    if (!this.terminated) for (const listener of this.#listeners) listener({ data: structuredClone(message) } as MessageEvent);
  }

  booted(): void {
    this.#send({ type: "booted", way: "fast", times: {}, code: {} });
  }

  end(status: "ok" | "error" | "stopped" | "died", gone: string[] = []): void {
    const run = this.#run!;
    this.#run = undefined;
    this.#send({ type: "ended", run: run.run, status, used: [], gone });
  }

  #send(message: FromWorker): void {
    this.say(message);
  }

  #receive(message: ToWorker): void {
    const computing = this.#run?.code === "compute";
    switch (message.type) {
      case "boot":
        if (FakeWorker.boots === "well") this.booted();
        else if (FakeWorker.boots === "not") this.#send({ type: "failed", kind: "download", message: "no file", file: "boot.json" });
        return;
      case "ping":
        return computing ? undefined : this.#send({ type: "heard", id: message.id });
      case "interrupt":
        if (computing) return;
        this.#send({ type: "heard", id: message.id });
        if (this.#run?.run === message.run) this.end("stopped");
        return;
      case "complete":
        return this.#send({ type: "completed", id: message.id, found: [] });
      case "run":
        return this.#begin(message);
      case "answer":
        this.#send({
          type: "output",
          run: this.#run!.run,
          batch: [{ output_type: "stream", name: "stdout", text: message.text ?? "none" }],
        });
        return this.end("ok");
      case "permission":
        return this.end(message.given ? "ok" : "stopped");
    }
  }

  #begin(message: Run): void {
    this.#run = message;
    const { run, code } = message;
    if (code === "await" || code === "compute") return;
    if (code === "ask") return this.#send({ type: "ask", run, question: 7, prompt: "?", password: false });
    if (code === "fetch") return this.#send({ type: "fetch", run, question: 8, name: "model", bytes: 2_000_000 });
    if (code === "die" || code === "fail") return this.end(code === "die" ? "died" : "error");
    this.#send({ type: "output", run, batch: [{ output_type: "stream", name: "stdout", text: code }] });
    this.end("ok");
  }
}
