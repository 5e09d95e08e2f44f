/**
 * Reads IMDb's files as IMDb documents them: a header, then one line a row, fields between tabs, no quoting. Shares nothing with the project's
 * own way of reading them.
 */
import { isUtf8 } from 'node:buffer';
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';

export interface ImdbLine {
  /** Counted from 1; the header is line 1. */
  readonly number: number;
  /** Without its line end; bytes that are not UTF-8 spelled out. */
  readonly raw: string;
  /** Fields by the header's names; `undefined`: the line has not the header's form. */
  readonly fields: ReadonlyMap<string, string> | undefined;
}

export interface ImdbFile {
  readonly name: string;
  readonly lines: readonly ImdbLine[];
}

/** Characters that no line may hold: the end of another system's line, and what separates texts inside the project's stores. */
const FORBIDDEN = ['\0', '\r', '\u001e', '\u001f'];

/** A line that is not UTF-8, a byte a character: whatever is not printable ASCII as `\\xHH`. */
const spellOut = (bytes: string): string => bytes.replace(/[^ -~]/g, (byte) => `\\x${byte.charCodeAt(0).toString(16).padStart(2, '0')}`);

/** The lines of a file behind its header. */
const parseFile = (name: string, bytes: Buffer): ImdbFile => {
  const decoded = isUtf8(bytes);
  const texts = bytes.toString(decoded ? 'utf8' : 'latin1').split('\n');
  if (texts.at(-1) === '') texts.pop();
  const [header = '', ...rest] = texts;
  const columns = header.split('\t');
  const lines = rest.map((text, at): ImdbLine => {
    const bytesOfLine = decoded ? undefined : Buffer.from(text, 'latin1');
    const broken = bytesOfLine !== undefined && !isUtf8(bytesOfLine);
    const raw = broken ? spellOut(text) : (bytesOfLine?.toString('utf8') ?? text).replace(/\r$/, '');
    const values = raw.split('\t');
    const formed = !broken && values.length === columns.length && !FORBIDDEN.some((character) => raw.includes(character));
    return { number: at + 2, raw, fields: formed ? new Map(columns.map((column, place) => [column, values[place] ?? ''])) : undefined };
  });
  return { name, lines };
};

/** The data set's file in the folder, plain or compressed; `undefined` if there is none. */
export const readImdbFile = (folder: string, dataset: string): ImdbFile | undefined => {
  const name = readdirSync(folder).find((entry) => entry === `${dataset}.tsv` || entry === `${dataset}.tsv.gz`);
  if (name === undefined) return undefined;
  const bytes = readFileSync(join(folder, name));
  return parseFile(name, name.endsWith('.gz') ? gunzipSync(bytes) : bytes);
};
