/**
 * The memory of a started Python, kept in the browser's cache, so that the next visit need not start it again.
 *
 * It fits one runtime in one version of the browser. It is a convenience: whatever goes wrong with it, Python starts without it.
 */

const CACHE = "engineroom-snapshot";
const LABEL = "x-engineroom-snapshot";
const LENGTH = "x-engineroom-length";

function address(runtime: string): string {
  return `${runtime}snapshot`;
}

function label(version: string): string {
  return `${version} ${navigator.userAgent}`;
}

export interface Stored {
  fits(version: string): boolean;
  /** Null when it is not whole. */
  bytes(): Promise<Uint8Array | null>;
}

export async function find(runtime: string): Promise<Stored | null> {
  try {
    const response = await (await caches.open(CACHE)).match(address(runtime));
    if (!response) return null;
    return {
      fits: (version) => response.headers.get(LABEL) === label(version),
      bytes: async () => {
        const bytes = new Uint8Array(await response.arrayBuffer());
        return String(bytes.length) === response.headers.get(LENGTH) ? bytes : null;
      },
    };
  } catch {
    return null;
  }
}

export async function keep(runtime: string, version: string, bytes: Uint8Array): Promise<void> {
  try {
    const cache = await caches.open(CACHE);
    for (const request of await cache.keys()) await cache.delete(request);
    const headers = { [LABEL]: label(version), [LENGTH]: String(bytes.length), "Content-Type": "application/octet-stream" };
    await cache.put(address(runtime), new Response(bytes as BufferSource, { headers }));
  } catch {
    // No room, or a private window: the next start takes a little longer.
  }
}

export async function forget(): Promise<void> {
  await Promise.resolve()
    .then(() => caches.delete(CACHE))
    .catch(() => false);
}
