/**
 * Turns the raw bytes of one of IMDb's files into lines that any CSV reader reads the same way: each well-formed line with its number
 * in front. IMDb's format has no quoting and no escapes: a field ends at a tab, a line at `\n`, and every other byte stands for itself.
 *
 * Invariant: every line of the input after the header is either staged once or rejected once.
 */
import { isUtf8 } from 'node:buffer';

/** Lines longer than this are rejected; IMDb's longest are some kilobytes. */
export const MAX_LINE_BYTES = 1 << 20;

/** How much of an over-long line is kept in the quarantine. */
const KEPT_BYTES = 1 << 16;

export interface RejectedLine {
  readonly line: number;
  readonly reason: string;
  /** The line as text; bytes that are not UTF-8 as `\xHH`. */
  readonly raw: string;
}

export interface StagedChunk {
  /** Whole lines, each `number TAB line LF`. */
  readonly bytes: Uint8Array;
  readonly rejected: readonly RejectedLine[];
}

const TAB = 0x09;
const LF = 0x0a;
const CR = 0x0d;
/** U+001E and U+001F separate values further on (`view-rows.ts`), so a text must not hold them. */
const RS = 0x1e;
/** The longest number of a line, and its tab. */
const NUMBER_BYTES = 17;

/** Bytes as text that loses nothing: what is not UTF-8 stands as `\xHH`. */
export const readableText = (bytes: Uint8Array): string => {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (isUtf8(buffer)) return buffer.toString('utf8');
  let text = '';
  for (const byte of buffer) text += byte >= 0x20 && byte < 0x7f ? String.fromCharCode(byte) : `\\x${byte.toString(16).padStart(2, '0')}`;
  return text;
};

/** Consumes a file after its header line, in chunks of any size. `columns` is the number of fields that a line has to have. */
export class LineStager {
  /** Number of the next line; the header is line 1. */
  #line = 2;
  #rest: Uint8Array = new Uint8Array(0);
  /** Bytes of the current over-long line that were already dropped. */
  #dropped = 0;
  #staged = 0;
  readonly #tabs: number;

  constructor(columns: number) {
    this.#tabs = columns - 1;
  }

  /** Lines staged so far. */
  get staged(): number {
    return this.#staged;
  }

  /** Lines seen so far, the header included. */
  get lines(): number {
    return this.#line - 1;
  }

  push(chunk: Uint8Array): StagedChunk {
    const whole = this.#rest.length === 0 ? chunk : Buffer.concat([this.#rest, chunk]);
    const end = whole.lastIndexOf(LF) + 1;
    const result = this.#stage(whole, end);
    this.#rest = this.#boundRest(whole.subarray(end));
    return result;
  }

  /** The last line, if the file does not end with a line feed. */
  finish(): StagedChunk {
    if (this.#rest.length === 0) return { bytes: this.#rest, rejected: [] };
    const last = Buffer.concat([this.#rest, Uint8Array.of(LF)]);
    this.#rest = new Uint8Array(0);
    return this.#stage(last, last.length);
  }

  /** Keeps an unfinished line from growing without bound. */
  #boundRest(rest: Uint8Array): Uint8Array {
    if (rest.length <= MAX_LINE_BYTES + 1) return Uint8Array.from(rest);
    this.#dropped += rest.length - (MAX_LINE_BYTES + 1);
    return Uint8Array.from(rest.subarray(0, MAX_LINE_BYTES + 1));
  }

  #stage(input: Uint8Array, end: number): StagedChunk {
    const out = new Uint8Array(this.#outputBound(end));
    const rejected: RejectedLine[] = [];
    // Looked for in the whole chunk at once, which is quick; line by line only where there is something to find.
    const isSuspect = !isUtf8(input.subarray(0, end)) || holdsControl(input.subarray(0, end));
    let written = 0;
    let start = 0;
    while (start < end) {
      const lineStart = written;
      written = writeNumber(out, written, this.#line);
      let tabs = 0;
      let at = start;
      // Never absent: `end` is just behind a line feed.
      for (let byte = input[at] ?? LF; byte !== LF; byte = input[++at] ?? LF) {
        if (byte === TAB) tabs++;
        out[written++] = byte;
      }
      const stop = isSuspect && at > start && input[at - 1] === CR ? at - 1 : at;
      const reason =
        isSuspect || tabs !== this.#tabs || at - start > MAX_LINE_BYTES ? this.#fault(input.subarray(start, stop), tabs) : undefined;
      if (reason === undefined) {
        written -= at - stop;
        out[written++] = LF;
        this.#staged++;
      } else {
        written = lineStart;
        rejected.push({ line: this.#line, reason, raw: readableText(input.subarray(start, Math.min(stop, start + KEPT_BYTES))) });
      }
      this.#line++;
      this.#dropped = 0;
      start = at + 1;
    }
    return { bytes: out.subarray(0, written), rejected };
  }

  /** Room for every byte, a number in front of each line that stays, which has its tabs and a line feed, and one more for a line that does not stay. */
  #outputBound(bytes: number): number {
    return bytes + (Math.floor(bytes / (this.#tabs + 1)) + 1) * NUMBER_BYTES;
  }

  #fault(line: Uint8Array, tabs: number): string | undefined {
    if (line.length > MAX_LINE_BYTES) return `line of ${line.length + this.#dropped} bytes (limit ${MAX_LINE_BYTES})`;
    if (!isUtf8(line)) return 'not UTF-8';
    if (line.includes(0)) return 'NUL character';
    if (line.includes(CR)) return 'carriage return inside the line';
    if (line.includes(RS) || line.includes(RS + 1)) return 'control character U+001E or U+001F';
    if (tabs !== this.#tabs) return `${tabs + 1} fields instead of ${this.#tabs + 1}`;
    return undefined;
  }
}

/** A character that no line may hold, or the carriage return that may end one. */
const holdsControl = (bytes: Uint8Array): boolean =>
  bytes.includes(0) || bytes.includes(CR) || bytes.includes(RS) || bytes.includes(RS + 1);

/** Writes `number TAB` in decimal digits and returns the place behind it. */
const writeNumber = (out: Uint8Array, at: number, value: number): number => {
  let digits = 1;
  for (let bound = 10; value >= bound; bound *= 10) digits++;
  let rest = value;
  for (let place = at + digits - 1; place >= at; place--) {
    out[place] = 48 + (rest % 10);
    rest = Math.floor(rest / 10);
  }
  out[at + digits] = TAB;
  return at + digits + 1;
};
