/** The runtime's files, fetched side by side, with one count of bytes over all of them. */

import type { Progress } from "./protocol";

export class DownloadError extends Error {
  constructor(readonly file: string) {
    super(`Python could not be loaded: the file ${file} did not arrive. Check the connection and try again.`);
    this.name = "DownloadError";
  }
}

export interface Boot {
  version: string;
  fast: { core: string[]; archives: string[]; shared: Record<string, string>; plain: string[] };
  files: Record<string, { bytes: number; sha256: string }>;
}

const INTERVAL = 50;

export class Downloads {
  readonly #base: string;
  readonly #report: (progress: Progress) => void;
  #loaded = 0;
  #total = 0;
  #last = 0;

  constructor(base: string, report: (progress: Progress) => void) {
    this.#base = base;
    this.#report = report;
  }

  url(file: string): string {
    return this.#base + file;
  }

  expect(bytes: number): void {
    this.#total = bytes;
  }

  async boot(): Promise<Boot> {
    const response = await this.#response("boot.json");
    return response.json().catch(() => {
      throw new DownloadError("boot.json");
    });
  }

  async bytes(file: string): Promise<Uint8Array> {
    const response = await this.#response(file);
    try {
      return new Uint8Array(await new Response(this.#counted(response.body!)).arrayBuffer());
    } catch {
      throw new DownloadError(file);
    }
  }

  /** A file of machine code, compiled while it arrives. */
  async code(file: string): Promise<WebAssembly.Module> {
    const response = await this.#response(file);
    const headers = { "Content-Type": "application/wasm" };
    try {
      return await WebAssembly.compileStreaming(new Response(this.#counted(response.body!), { headers }));
    } catch (error) {
      throw error instanceof WebAssembly.CompileError ? error : new DownloadError(file);
    }
  }

  /** A script, run as it arrives; the browser does not tell how far it is. */
  async script<T>(file: string, bytes: number): Promise<T> {
    try {
      const module = (await import(/* @vite-ignore */ this.url(file))) as T;
      this.#count(bytes);
      return module;
    } catch (error) {
      throw error instanceof TypeError ? new DownloadError(file) : error;
    }
  }

  async #response(file: string): Promise<Response> {
    const response = await fetch(this.url(file)).catch(() => null);
    if (!response?.ok) throw new DownloadError(file);
    return response;
  }

  #counted(body: ReadableStream<Uint8Array>): ReadableStream<Uint8Array> {
    return body.pipeThrough(
      new TransformStream<Uint8Array, Uint8Array>({
        transform: (chunk, controller) => {
          this.#count(chunk.byteLength);
          controller.enqueue(chunk);
        },
      }),
    );
  }

  #count(bytes: number): void {
    this.#loaded += bytes;
    const now = performance.now();
    if (this.#total && (now - this.#last > INTERVAL || this.#loaded >= this.#total)) {
      this.#last = now;
      this.#report({ loaded: Math.min(this.#loaded, this.#total), total: this.#total, label: "Downloading Python" });
    }
  }
}
