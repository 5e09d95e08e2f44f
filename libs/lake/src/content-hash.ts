import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { pipeline } from 'node:stream/promises';

const CHUNK_BYTES = 1 << 20;

/** SHA-256 of a file's bytes, in hex. */
export const hashFile = async (path: string, signal?: AbortSignal): Promise<string> => {
  const hash = createHash('sha256');
  // Each read allocates a whole chunk: over many small files that alone would keep the garbage collector busy.
  const highWaterMark = Math.min(CHUNK_BYTES, (await stat(path)).size + 1);
  await pipeline(createReadStream(path, { highWaterMark }), hash, { ...(signal && { signal }) });
  return hash.digest('hex');
};

/** SHA-256 of a value's JSON text, in hex. The value's keys have to be in a fixed order. */
export const hashJson = (value: unknown): string => createHash('sha256').update(JSON.stringify(value)).digest('hex');
