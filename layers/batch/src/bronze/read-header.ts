import { IMDB_DATASETS, type ImdbDataset } from '@rushes/domain';
import { TerminalError } from '@rushes/runtime';

const MAX_HEADER_BYTES = 1 << 16;
const columnName = /^[A-Za-z_][A-Za-z0-9_]{0,63}$/;

/** Names that bronze adds to the file's own columns. */
const RESERVED = new Set(['source_file', 'line_number', 'load_id']);

/**
 * The columns that a file's first line names. Columns may come in any order and there may be further ones; those that the layers above need must be there.
 * @throws TerminalError naming the file and what is wrong with its header.
 */
export const parseHeader = (dataset: ImdbDataset, path: string, line: string): readonly string[] => {
  const columns = line
    .replace(/^\uFEFF/, '')
    .replace(/\r$/, '')
    .split('\t');
  const missing = IMDB_DATASETS[dataset].filter((name) => !columns.includes(name));
  const fault = (what: string): TerminalError =>
    new TerminalError(`${path}, line 1: ${what}`, {
      hint: `${dataset} begins with the tab-separated names ${IMDB_DATASETS[dataset].join(', ')}`,
    });
  if (missing.length > 0) throw fault(`the header lacks ${missing.join(', ')}`);
  const odd = columns.find((name) => !columnName.test(name) || RESERVED.has(name.toLowerCase()));
  if (odd !== undefined) throw fault(`${JSON.stringify(odd.slice(0, 80))} is no column name`);
  const seen = new Set(columns.map((name) => name.toLowerCase()));
  if (seen.size < columns.length) throw fault('a column is named twice');
  return columns;
};

/** Takes the header line off a stream of bytes: feed it chunks until it returns the line and what follows. */
export class HeaderReader {
  #bytes: Uint8Array = new Uint8Array(0);
  readonly #path: string;

  constructor(path: string) {
    this.#path = path;
  }

  push(chunk: Uint8Array): { readonly line: string; readonly rest: Uint8Array } | undefined {
    this.#bytes = Buffer.concat([this.#bytes, chunk]);
    const end = this.#bytes.indexOf(0x0a);
    if (end < 0 && this.#bytes.length <= MAX_HEADER_BYTES) return undefined;
    if (end < 0 || end > MAX_HEADER_BYTES)
      throw new TerminalError(`${this.#path}, line 1: no header within ${MAX_HEADER_BYTES} bytes`, {
        hint: "is this one of IMDb's tab-separated files?",
      });
    return { line: Buffer.from(this.#bytes.subarray(0, end)).toString('utf8'), rest: this.#bytes.subarray(end + 1) };
  }

  /** The header of a file that ends within its first line. */
  finish(): string {
    if (this.#bytes.length === 0)
      throw new TerminalError(`${this.#path} is empty`, { hint: 'fetch it again; a file without rows still has a header line' });
    return Buffer.from(this.#bytes).toString('utf8');
  }
}
