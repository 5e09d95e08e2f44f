/**
 * Bytes as lines of text. Invariant: every line comes out once, under its number, in memory bounded by the longest that is kept; one that is no text, or
 * too long, comes out with what is wrong with it.
 */
import { isUtf8 } from 'node:buffer';

export const MAX_LINE_BYTES = 1 << 20;
/** How much of an over-long line is kept. */
const KEPT_BYTES = 1 << 16;
const LF = 0x0a;
const CR = 0x0d;
const NOTHING: Buffer = Buffer.alloc(0);

export interface TextLine {
  /** The first is 1. */
  readonly line: number;
  /** Without its end; bytes that are not UTF-8 as `\xHH`. */
  readonly text: string;
  readonly fault?: string;
  /** The file ends before the line does: it may be the first part of one. */
  readonly isUnended?: true;
}

export interface LineSplitter {
  push(chunk: Buffer): readonly TextLine[];
  /** The last line, if it is not ended. */
  finish(): readonly TextLine[];
}

const readable = (bytes: Buffer): string =>
  [...bytes].map((byte) => (byte >= 0x20 && byte < 0x7f ? String.fromCharCode(byte) : `\\x${byte.toString(16).padStart(2, '0')}`)).join('');

const textOf = (line: number, bytes: Buffer): string => {
  const text = bytes.toString('utf8', 0, bytes.at(-1) === CR ? bytes.length - 1 : bytes.length);
  return line === 1 && text.startsWith('\uFEFF') ? text.slice(1) : text;
};

export const createLineSplitter = (): LineSplitter => {
  let line = 0;
  let rest = NOTHING;
  /** Bytes of the unfinished line that were dropped. */
  let dropped = 0;

  const take = (end: Buffer): TextLine => {
    const bytes = rest.length === 0 ? end : Buffer.concat([rest, end]);
    const length = bytes.length + dropped;
    rest = NOTHING;
    dropped = 0;
    line += 1;
    if (length > MAX_LINE_BYTES)
      return { line, text: readable(bytes.subarray(0, KEPT_BYTES)), fault: `line of ${length} bytes (limit ${MAX_LINE_BYTES})` };
    return isUtf8(bytes)
      ? { line, text: textOf(line, bytes) }
      : { line, text: readable(bytes.subarray(0, KEPT_BYTES)), fault: 'not UTF-8' };
  };

  return {
    push(chunk) {
      const lines: TextLine[] = [];
      let start = 0;
      for (let end = chunk.indexOf(LF); end !== -1; end = chunk.indexOf(LF, start)) {
        lines.push(take(chunk.subarray(start, end)));
        start = end + 1;
      }
      const kept = chunk.subarray(start, start + MAX_LINE_BYTES + 1 - rest.length);
      dropped += chunk.length - start - kept.length;
      rest = Buffer.concat([rest, kept]);
      return lines;
    },
    finish: () => (rest.length === 0 ? [] : [{ ...take(NOTHING), isUnended: true }]),
  };
};
