/** The page's end of the wire to one worker. */
import { Caller, createShared } from "./interrupt";
import { type Completion, KernelError, type Progress, type RunHandlers, type RunRequest } from "./protocol";
import { type Boot, type Ended, type FromWorker, fromWorker, isMessage, type ToWorker } from "./wire";

/** What is used of a Worker. */
export interface Peer {
  postMessage(message: ToWorker): void;
  terminate(): void;
  addEventListener(type: "message", listener: (event: MessageEvent) => void): void;
  addEventListener(type: "error", listener: (event: Event) => void): void;
}

export interface Listener {
  progress(progress: Progress): void;
  /** The worker's script is gone or does not keep to the protocol. */
  broke(): void;
}

type Booted = Extract<FromWorker, { type: "booted" }>;

export class Line {
  /** Memory shared with the worker, where there is any. */
  readonly caller: Caller | null;
  /** Settles when its script has begun to listen. */
  readonly listens: Promise<void>;
  /** Settles when Python is up, or did not come up. */
  readonly ready: Promise<Booted>;
  readonly #peer: Peer;
  readonly #on: Listener;
  #ids = 0;
  /** What waits for an answer, by id. */
  readonly #asked = new Map<number, (found: Completion[]) => void>();
  /** All that has run here, by number: a cell's late tasks may still write. */
  readonly #runs = new Map<number, { page: string; on: RunHandlers }>();
  #running: { run: number; end(ended: Ended): void } | undefined;
  #booted: (booted: Booted) => void = () => {};
  #failed: (error: KernelError) => void = () => {};

  constructor(peer: Peer, script: string, boot: Omit<Boot, "shared">, on: Listener) {
    this.#peer = peer;
    this.#on = on;
    const shared = createShared();
    this.caller = shared && new Caller(shared);
    this.ready = new Promise((resolve, reject) => ([this.#booted, this.#failed] = [resolve, reject]));
    peer.addEventListener("message", ({ data }) => this.#receive(data));
    peer.addEventListener("error", (event) => {
      event.preventDefault();
      const message = "Python could not be loaded: its script did not arrive. Check the connection and try again.";
      this.#failed(new KernelError("download", message, script));
      on.broke();
    });
    this.#send({ type: "boot", shared, ...boot });
    this.listens = Promise.race([this.ping(), this.ready.then(() => {})]);
    for (const promise of [this.ready, this.listens]) promise.catch(() => {});
  }

  run(run: number, { page, cell, code }: RunRequest, on: RunHandlers): Promise<Ended> {
    this.#runs.set(run, { page, on });
    this.#send({ type: "run", run, page, cell, code, asks: on.input !== undefined, guarded: on.fetch !== undefined });
    return new Promise((end) => (this.#running = { run, end }));
  }

  /** Settles when the worker has heard it. */
  interrupt(run: number): Promise<void> {
    return this.#request((id) => ({ type: "interrupt", id, run })).then(() => {});
  }

  /** Settles when the worker answers, which is between two steps of what it runs. */
  ping(): Promise<void> {
    return this.#request((id) => ({ type: "ping", id })).then(() => {});
  }

  complete(page: string, code: string, cursor: number): Promise<Completion[]> {
    return this.#request((id) => ({ type: "complete", id, page, code, cursor }));
  }

  /** Nothing of this page will write any more. */
  forget(page: string): void {
    for (const [run, known] of this.#runs) if (known.page === page) this.#runs.delete(run);
  }

  hangUp(): void {
    this.#peer.terminate();
    this.#runs.clear();
    for (const answer of this.#asked.values()) answer([]);
    this.#asked.clear();
  }

  #send(message: ToWorker): void {
    this.#peer.postMessage(message);
  }

  #request(message: (id: number) => ToWorker): Promise<Completion[]> {
    const id = ++this.#ids;
    const answer = new Promise<Completion[]>((resolve) => this.#asked.set(id, resolve));
    this.#send(message(id));
    return answer;
  }

  #receive(data: unknown): void {
    const message = fromWorker(data);
    if (message) return this.#heard(message);
    if (!isMessage(data)) return; // a cell's own, by js.postMessage
    console.error("Python's worker said what is no message of its:", data);
    this.#failed(new KernelError("boot", "Python did not start in this browser (its worker cannot be understood)."));
    this.#on.broke();
  }

  #heard(message: FromWorker): void {
    switch (message.type) {
      case "progress":
        return this.#on.progress({ loaded: message.loaded, total: message.total, label: message.label });
      case "booted":
        return this.#booted(message);
      case "failed":
        return this.#failed(new KernelError(message.kind, message.message, message.file));
      case "output":
        return this.#runs.get(message.run)?.on.output(message.batch);
      case "ask":
        return void this.#answer(message);
      case "fetch": {
        const { run, question, name, bytes } = message;
        return this.#send({ type: "permission", question, given: this.#runs.get(run)?.on.fetch?.({ name, bytes }) ?? false });
      }
      case "ended":
        return this.#ended(message);
      case "heard":
      case "completed":
        this.#asked.get(message.id)?.(message.type === "completed" ? message.found : []);
        this.#asked.delete(message.id);
    }
  }

  #ended(message: Extract<FromWorker, { type: "ended" }>): void {
    const running = this.#running;
    if (running?.run !== message.run) return;
    this.#running = undefined;
    running.end(message);
  }

  /** Where memory is shared a cell waits in it for the answer. */
  async #answer({ run, question, prompt, password }: Extract<FromWorker, { type: "ask" }>): Promise<void> {
    const input = this.#runs.get(run)?.on.input;
    const text = input ? await input(prompt, password).catch(() => null) : null;
    if (run !== this.#running?.run) return;
    if (this.caller) this.caller.answer(text);
    else this.#send({ type: "answer", question, text });
  }
}
