/** The files of a tar archive, compressed or not (a server may have undone the compression on its way). */

const BLOCK = 512;

export async function untar(packed: Uint8Array): Promise<[path: string, data: Uint8Array][]> {
  const bytes = packed[0] === 0x1f && packed[1] === 0x8b ? await gunzip(packed) : packed;
  const files: [string, Uint8Array][] = [];
  for (let at = 0; at + BLOCK <= bytes.length && bytes[at] !== 0; ) {
    const size = parseInt(text(bytes, at + 124, 12), 8);
    const [prefix, name] = [text(bytes, at + 345, 155), text(bytes, at, 100)];
    const start = at + BLOCK;
    if (bytes[at + 156] === 0x30) files.push([prefix ? `${prefix}/${name}` : name, bytes.subarray(start, start + size)]);
    at = start + Math.ceil(size / BLOCK) * BLOCK;
  }
  return files;
}

async function gunzip(packed: Uint8Array): Promise<Uint8Array> {
  const stream = new Response(packed as BufferSource).body!.pipeThrough(new DecompressionStream("gzip"));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}

function text(bytes: Uint8Array, from: number, length: number): string {
  const field = bytes.subarray(from, from + length);
  const end = field.indexOf(0);
  return new TextDecoder().decode(end < 0 ? field : field.subarray(0, end));
}
