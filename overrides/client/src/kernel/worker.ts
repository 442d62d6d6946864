/** The worker's entry: Python, and what the page may ask of it. */

import { expose } from "comlink";
import { type Started, start, startPlain } from "./boot";
import { DownloadError } from "./downloads";
import { Receiver } from "./interrupt";
import type { Completion, Output, Progress, Wanted } from "./protocol";
import { isFatal, type PyProxy } from "./pyodide";
import type { BootOptions, BootResult, WireResult, WireRun, WorkerApi } from "./wire";

type Ask = (prompt: string, password: boolean) => Promise<string | null>;
type MayFetch = (wanted: Wanted) => boolean | Promise<boolean>;

class Kernel implements WorkerApi {
  #started!: Started;
  #session!: PyProxy;
  #receiver!: Receiver;
  #ask: Ask | null = null;
  #mayFetch: MayFetch | null = null;
  #running = 0;
  /** What has come by the file descriptors. Python fetches it: it gives up its lock while it writes there, and may not be called. */
  readonly #written: [name: "stdout" | "stderr", text: string][] = [];
  #stopWaiting: (() => void) | null = null;
  #die: () => void = () => {};
  readonly #death = new Promise<never>((_, reject) => (this.#die = () => reject(new Error("Python is dead"))));

  async boot(options: BootOptions, progress: (progress: Progress) => void): Promise<BootResult> {
    this.#receiver = new Receiver(options.shared);
    const env = { ENGINEROOM_DATA_URL: options.data };
    try {
      try {
        this.#started = await start(options.runtime, env, options.code, progress);
        this.#open();
      } catch (error) {
        if (error instanceof DownloadError) throw error;
        console.warn("Python's fast start failed; starting it the plain way:", error);
        this.#started = await startPlain(options.runtime, env);
        this.#open();
      }
      return { ok: true, way: this.#started.way, times: this.#started.times, code: options.code };
    } catch (error) {
      if (error instanceof DownloadError) return { ok: false, kind: "download", message: error.message, file: error.file };
      const reason = error instanceof Error ? error.message.trim().split("\n").at(-1) : String(error);
      return { ok: false, kind: "boot", message: `Python did not start in this browser (${reason}).` };
    }
  }

  async run(
    request: WireRun,
    output: (batch: Output[]) => void | Promise<void>,
    ask: Ask | null,
    mayFetch: MayFetch | null,
  ): Promise<WireResult> {
    this.#running = request.number;
    this.#ask = ask;
    this.#mayFetch = mayFetch;
    this.#receiver.begin(request.number);
    this.#session.expect();
    try {
      // Outputs and the result travel by different ports: the result waits until the last output has arrived.
      let arrived: void | Promise<void> | null = null;
      const send = (text: string): void => void (arrived = output(JSON.parse(text) as Output[]));
      const result = await Promise.race([this.#session.run(request.page, request.cell, request.code, send), this.#death]);
      await arrived;
      return JSON.parse(result) as WireResult;
    } catch (error) {
      console.error(error);
      return { status: "died", used: [], gone: [] };
    } finally {
      this.#running = 0;
      this.#ask = this.#mayFetch = null;
      this.#receiver.armed = false;
      setTimeout(() => void this.#started.keepSnapshot(), 500);
    }
  }

  interrupt(number: number): void {
    if (this.#running !== number) return;
    this.#receiver.heard();
    this.#stopWaiting?.();
    this.#session.interrupt();
  }

  ping(): void {}

  async complete(page: string, code: string, cursor: number): Promise<Completion[]> {
    if (this.#running) return [];
    return JSON.parse(this.#session.complete(page, code, cursor)) as Completion[];
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
      mayFetch: async (name: string, bytes: number) => (await this.#mayFetch?.({ name, bytes })) ?? true,
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
      if (now - last < 30) return;
      last = now;
      this.#session.tick();
    };
    python.setInterruptBuffer(this.#receiver);
  }

  #askAndWait(prompt: string, password: boolean): string | null {
    if (!this.#ask) return null;
    this.#receiver.expect();
    void this.#ask(prompt, password);
    return this.#receiver.receive();
  }

  #askLater(prompt: string, password: boolean): Promise<string | null> {
    const stopped = new Promise<null>((resolve) => (this.#stopWaiting = () => resolve(null)));
    const answer = this.#ask?.(prompt, password) ?? Promise.resolve(null);
    return Promise.race([answer, stopped]).finally(() => (this.#stopWaiting = null));
  }
}

expose(new Kernel());
