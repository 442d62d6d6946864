/** What we use of Pyodide 0.27's interface. */

export interface PyProxy {
  destroy(): void;
  // biome-ignore lint/suspicious/noExplicitAny: what Python gives has any shape
  [name: string]: any;
}

export interface Pyodide {
  FS: {
    mkdirTree(path: string): void;
    writeFile(path: string, data: Uint8Array, options?: { canOwn?: boolean }): void;
  };
  loadPackage(names: string[], options?: { checkIntegrity?: boolean }): Promise<unknown>;
  pyimport(name: string): PyProxy;
  runPython(code: string): unknown;
  setStdout(options: { write(buffer: Uint8Array): number }): void;
  setStderr(options: { write(buffer: Uint8Array): number }): void;
  setInterruptBuffer(buffer: { 0: number }): void;
  makeMemorySnapshot(): Uint8Array;
  _api: { on_fatal?: (error: unknown) => void };
  registerJsModule(name: string, module: object): void;
}

export interface LoadOptions {
  indexURL: string;
  stdLibURL?: string;
  env?: Record<string, string>;
  _makeSnapshot?: boolean;
  _loadSnapshot?: Uint8Array;
}

export interface PyodideModule {
  loadPyodide(options: LoadOptions): Promise<Pyodide>;
}

/** Is this the interpreter's own end, after which no call into it may be made? */
export function isFatal(error: unknown): boolean {
  if (typeof error !== "object" || error === null) return false;
  if ((error as { pyodide_fatal_error?: boolean }).pyodide_fatal_error === true) return true;
  return error instanceof Error && /Pyodide already (fatally failed|exited)/.test(error.message);
}
