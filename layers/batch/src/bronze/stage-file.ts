import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createWriteStream, type WriteStream } from 'node:fs';
import { finished, pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import { TerminalError } from '@rushes/runtime';
import { bytesOf, type SourceFile } from './imdb-source.ts';
import { LineStager, type StagedChunk } from './line-stager.ts';
import { HeaderReader, parseHeader } from './read-header.ts';

export interface StagedFile {
  readonly columns: readonly string[];
  /** Lines of the file, the header included. */
  readonly lines: number;
  readonly stagedLines: number;
  readonly rejectedLines: number;
  /** SHA-256 of the file's bytes, compressed as they are. */
  readonly sha256: string;
}

const CHUNK_BYTES = 1 << 20;

/** A file that tells its faults to whoever writes or ends it, also if it is given up while bytes are on their way to the disk. */
const openOutput = (path: string, highWaterMark: number): WriteStream =>
  createWriteStream(path, { highWaterMark }).on('error', () => undefined); // kept in `errored`

const write = async (stream: WriteStream, bytes: Uint8Array | string): Promise<void> => {
  if (stream.destroyed) throw stream.errored ?? new Error(`${String(stream.path)} was given up`);
  if (bytes.length > 0 && !stream.write(bytes)) await once(stream, 'drain');
};

/**
 * Reads one of IMDb's files into two local files: `linesPath` with the well-formed lines, numbered, and `rejectsPath` with the others as JSON lines
 * (`line_number`, `reason`, `raw`). Streams: memory does not grow with the file.
 * @throws TerminalError if the file is no such file at all: bad header, broken compression.
 */
export const stageFile = async (
  file: SourceFile,
  linesPath: string,
  rejectsPath: string,
  options: { readonly onBytes: (count: number) => void; readonly signal: AbortSignal },
): Promise<StagedFile> => {
  const hash = createHash('sha256');
  const lines = openOutput(linesPath, 4 * CHUNK_BYTES);
  const rejects = openOutput(rejectsPath, CHUNK_BYTES);
  let columns: readonly string[] | undefined;
  let rejectedLines = 0;
  let stager: LineStager | undefined;
  const header = new HeaderReader(file.path);

  const keep = async (chunk: StagedChunk): Promise<void> => {
    await write(lines, chunk.bytes);
    rejectedLines += chunk.rejected.length;
    for (const { line, reason, raw } of chunk.rejected) await write(rejects, `${JSON.stringify({ line_number: line, reason, raw })}\n`);
  };
  const begin = (line: string): LineStager => {
    columns = parseHeader(file.dataset, file.path, line);
    return new LineStager(columns.length);
  };
  const consume = async (source: AsyncIterable<Uint8Array>): Promise<void> => {
    for await (const chunk of source) {
      if (stager) await keep(stager.push(chunk));
      else {
        const first = header.push(chunk);
        if (!first) continue;
        stager = begin(first.line);
        await keep(stager.push(first.rest));
      }
    }
    stager ??= begin(header.finish());
    await keep(stager.finish());
  };
  const hashed = async function* (source: AsyncIterable<Uint8Array>): AsyncIterable<Uint8Array> {
    for await (const chunk of source) {
      hash.update(chunk);
      options.onBytes(chunk.length);
      yield chunk;
    }
  };

  const input = bytesOf(file, options.signal);
  try {
    if (file.compressed) await pipeline(input, hashed, createGunzip({ chunkSize: CHUNK_BYTES }), consume, { signal: options.signal });
    else await pipeline(input, hashed, consume, { signal: options.signal });
  } catch (cause) {
    lines.destroy();
    rejects.destroy();
    if (isZlibError(cause))
      throw new TerminalError(`${file.path} is not a whole gzip file: ${cause.message} (after line ${stager?.lines ?? 0})`, {
        hint: 'fetch it again',
        cause,
      });
    throw cause;
  }
  lines.end();
  rejects.end();
  await Promise.all([finished(lines), finished(rejects)]);
  return { columns: columns ?? [], lines: stager?.lines ?? 1, stagedLines: stager?.staged ?? 0, rejectedLines, sha256: hash.digest('hex') };
};

const isZlibError = (cause: unknown): cause is Error & { code: string } =>
  cause instanceof Error && 'code' in cause && typeof cause.code === 'string' && cause.code.startsWith('Z_');
