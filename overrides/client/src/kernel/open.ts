/**
 * Opens the kernel's worker so that the page's policy holds in it, on every host: a worker from a Blob inherits the policy of the page
 * that makes it, one from an address has only what its host sends with it.
 */
import type { Peer } from "./line";

const blobs = new Map<string, string>();

export function open(script: string): Peer {
  if (!blobs.has(script))
    blobs.set(script, URL.createObjectURL(new Blob([`import ${JSON.stringify(script)};`], { type: "text/javascript" })));
  return new Worker(blobs.get(script)!, { type: "module", name: "engineroom-kernel" }) as Peer;
}
