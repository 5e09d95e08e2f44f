import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { finished } from 'node:stream/promises';

/** Rows on their way into Parquet: a local file of JSON lines, written with bounded memory. */
export interface JsonLines {
  readonly path: string;
  /** Rows added so far. */
  readonly rows: number;
  readonly longestLineBytes: number;
  add(row: Readonly<Record<string, unknown>>): void;
  /** Waits until what was added is on its way to the disk; to be called every now and then. */
  flush(): Promise<void>;
  end(): Promise<void>;
  /** Gives the file up. */
  destroy(): void;
}

const BUFFER_BYTES = 1 << 20;

/** Half of a surrogate pair, written by `JSON.stringify` as an escape, is no text for the engine: it becomes U+FFFD, as it does on its way to a reader. */
const halfPair = /\\ud[89a-f]/;
const wellFormed = (_name: string, value: unknown): unknown => (typeof value === 'string' ? value.toWellFormed() : value);

export const openJsonLines = (path: string): JsonLines => {
  const stream = createWriteStream(path, { highWaterMark: BUFFER_BYTES }).on('error', () => undefined); // kept in `errored`
  let lines: string[] = [];
  let rows = 0;
  let longestLineBytes = 0;
  const flush = async (): Promise<void> => {
    if (stream.destroyed) throw stream.errored ?? new Error(`${path} was given up`);
    if (lines.length === 0) return;
    const text = lines.join('');
    lines = [];
    if (!stream.write(text)) await once(stream, 'drain');
  };
  return {
    path,
    get rows() {
      return rows;
    },
    get longestLineBytes() {
      return longestLineBytes;
    },
    add(row) {
      const text = JSON.stringify(row);
      const line = `${halfPair.test(text) ? JSON.stringify(row, wellFormed) : text}\n`;
      lines.push(line);
      rows += 1;
      // A character takes at most three bytes; only long lines are worth counting.
      if (line.length * 3 > longestLineBytes) longestLineBytes = Math.max(longestLineBytes, Buffer.byteLength(line));
    },
    flush,
    async end() {
      await flush();
      stream.end();
      await finished(stream);
    },
    destroy: () => void stream.destroy(),
  };
};
