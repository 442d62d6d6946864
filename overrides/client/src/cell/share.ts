/** A link that carries a cell's code: #cell=ID&code=DEFLATED. */

const encoder = new TextEncoder();

export async function linkTo(page: string, id: string, code: string): Promise<string> {
  const url = new URL(page);
  url.hash = `cell=${encodeURIComponent(id)}&code=${await pack(code)}`;
  return url.href;
}

/** The cell and packed code in a location's hash. */
export function linked(hash: string): { id: string; packed: string } | undefined {
  const parts = new URLSearchParams(hash.replace(/^#/, ""));
  const [id, packed] = [parts.get("cell"), parts.get("code")];
  return id && packed ? { id, packed } : undefined;
}

export async function pack(code: string): Promise<string> {
  const bytes = await through(encoder.encode(code), new CompressionStream("deflate-raw"));
  let binary = "";
  for (const byte of bytes) binary += String.fromCharCode(byte);
  return btoa(binary).replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, "");
}

/** Rejects when the link was cut or mistyped. */
export async function unpack(packed: string): Promise<string> {
  const binary = atob(packed.replaceAll("-", "+").replaceAll("_", "/"));
  const bytes = Uint8Array.from(binary, (character) => character.charCodeAt(0));
  return new TextDecoder("utf-8", { fatal: true }).decode(await through(bytes, new DecompressionStream("deflate-raw")));
}

const LIMIT = 1_000_000;

async function through(bytes: Uint8Array, stream: CompressionStream | DecompressionStream): Promise<Uint8Array> {
  const body = new Blob([bytes as BlobPart]).stream().pipeThrough(stream as ReadableWritablePair<Uint8Array, Uint8Array>);
  const reader = body.getReader();
  const parts: Uint8Array[] = [];
  let length = 0;
  for (;;) {
    const { done, value } = await reader.read();
    if (done) break;
    parts.push(value);
    if ((length += value.length) > LIMIT) throw new RangeError("the code in this link is too long");
  }
  const whole = new Uint8Array(length);
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
