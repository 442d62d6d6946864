/** Elements whose work is loaded with the first of them: pages without one fetch nothing. */

interface Part {
  /** Brings `host` to life. `signal` ends it when the element leaves the page. */
  begin(host: HTMLElement, signal: AbortSignal): unknown;
}

export function lazy(load: (host: HTMLElement) => Promise<Part>): CustomElementConstructor {
  return class extends HTMLElement {
    #leave: AbortController | undefined;

    connectedCallback(): void {
      const { signal } = (this.#leave = new AbortController());
      load(this).then(
        ({ begin }) => {
          if (!signal.aborted) begin(this, signal);
        },
        () => this.#failed(),
      );
    }

    disconnectedCallback(): void {
      this.#leave?.abort();
    }

    #failed(): void {
      const said = document.createElement("p");
      said.setAttribute("role", "alert");
      said.textContent = "This part of the page could not be loaded. Check the connection and load the page again.";
      this.append(said);
    }
  };
}
