/** The runtime's files, fetched side by side, with one count of bytes over all of them. */

import type { Progress } from "./protocol";
import type { Code } from "./wire";

export class DownloadError extends Error {
  constructor(readonly file: string) {
    super(`Python could not be loaded: the file ${file} did not arrive. Check the connection and try again.`);
    this.name = "DownloadError";
  }
}

export interface Boot {
  version: string;
  fast: { core: string[]; archives: string[]; shared: Record<string, string> };
  files: Record<string, { bytes: number; sha256: string }>;
}

const INTERVAL = 50;

export class Downloads {
  readonly #base: string;
  readonly #report: (progress: Progress) => void;
  readonly #slow: boolean;
  readonly #code: Code;
  #files: Boot["files"] = {};
  #list: () => void = () => {};
  readonly #listed = new Promise<void>((resolve) => (this.#list = resolve));
  #loaded = 0;
  #total = 0;
  #last = 0;

  /**
   * `slow`: count every chunk; else, for files that are likely in the browser's cache, every file.
   * `code`: what is compiled already, and where what is compiled goes.
   */
  constructor(base: string, slow: boolean, code: Code, report: (progress: Progress) => void) {
    this.#base = base;
    this.#code = code;
    this.#slow = slow;
    this.#report = report;
  }

  /** What is to come: the list with all files' sizes, and which of them will be fetched. */
  async boot(wanted: (boot: Boot) => string[]): Promise<Boot> {
    const response = await this.#response("boot.json");
    const boot = (await response.json().catch(() => {
      throw new DownloadError("boot.json");
    })) as Boot;
    this.#files = boot.files;
    this.#total = wanted(boot).reduce((sum, file) => sum + (boot.files[file]?.bytes ?? 0), 0);
    this.#list();
    return boot;
  }

  async bytes(file: string): Promise<Uint8Array> {
    const bytes = await this.#read(file, await this.#response(file));
    if (bytes.length !== (this.#files[file]?.bytes ?? bytes.length)) throw new DownloadError(file);
    return bytes;
  }

  /**
   * A file of machine code, compiled while it arrives, and its bytes where they are wanted.
   *
   * The browser keeps compiled code with the response it fetched, so that very response is what it must get; a copy is counted.
   */
  async code(file: string): Promise<{ module: WebAssembly.Module; bytes: Uint8Array }> {
    const known = this.#code[file];
    if (known) return { module: known, bytes: await this.bytes(file) };
    const response = await this.#response(file);
    const bytes = this.#read(file, response.clone());
    try {
      const module = await WebAssembly.compileStreaming(response);
      this.#code[file] = module;
      return { module, bytes: await bytes };
    } catch (error) {
      await bytes;
      throw error;
    }
  }

  /** A script, run as it arrives; the browser does not tell how far it is. */
  async script<T>(file: string): Promise<T> {
    try {
      const module = (await import(/* @vite-ignore */ this.#base + file)) as T;
      void this.#listed.then(() => this.#count(this.#files[file]?.bytes ?? 0));
      return module;
    } catch (error) {
      throw error instanceof TypeError ? new DownloadError(file) : error;
    }
  }

  async #response(file: string): Promise<Response> {
    const response = await fetch(this.#base + file).catch(() => null);
    if (!response?.ok) throw new DownloadError(file);
    return response;
  }

  async #read(file: string, response: Response): Promise<Uint8Array> {
    try {
      if (!this.#slow) {
        const whole = new Uint8Array(await response.arrayBuffer());
        this.#count(whole.length);
        return whole;
      }
      const chunks: Uint8Array[] = [];
      for (const reader = response.body!.getReader(); ; ) {
        const { done, value } = await reader.read();
        if (done) break;
        chunks.push(value);
        this.#count(value.length);
      }
      return new Uint8Array(await new Blob(chunks as BlobPart[]).arrayBuffer());
    } catch {
      throw new DownloadError(file);
    }
  }

  #count(bytes: number): void {
    this.#loaded += bytes;
    const now = performance.now();
    if (this.#total && (now - this.#last > INTERVAL || this.#loaded >= this.#total)) {
      this.#last = now;
      this.#report({ loaded: Math.min(this.#loaded, this.#total), total: this.#total, label: "Python" });
    }
  }
}
