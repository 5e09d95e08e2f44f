import type { DatabaseSync } from 'node:sqlite';
import type { ArtefactRow } from '@rushes/ports';
import { rowEncoder, tally } from './encode-row.ts';
import { ArtefactFaultError } from './errors.ts';
import { POSITION_STEP, type PhysicalLayout } from './physical-layout.ts';
import { FILLING, PAGES, tablesSql } from './schema.ts';
import { inSlices } from './slices.ts';
import { compareUtf8 } from '@rushes/domain';
import { emptyDictionaries, writeMeta } from './write-meta.ts';
import { ROWS_PER_STATEMENT, rowWriter } from './write-rows.ts';

export interface Loaded {
  readonly rows: number;
  /** Whether positions ascend as the keys do. If not, the rows have to be brought into order first. */
  readonly ordered: boolean;
}

/**
 * Fills a new file with rows, at ascending positions in the order in which they come. Where that is the order of their keys, nothing is left to sort.
 * Throws `ArtefactFaultError` for a row of another shape or a key right after its like; `signal`'s reason when aborted.
 */
export const loadRows = async (
  database: DatabaseSync,
  physical: PhysicalLayout,
  rows: AsyncIterable<readonly ArtefactRow[]>,
  signal: AbortSignal | undefined,
): Promise<Loaded> => {
  database.exec(`${PAGES} ${FILLING} ${tablesSql(physical)} BEGIN`);
  const dictionaries = emptyDictionaries(physical);
  const encode = rowEncoder(physical, dictionaries);
  const writer = rowWriter(database, physical, ROWS_PER_STATEMENT);
  let count = 0;
  let ordered = true;
  let last: string | undefined;
  for await (const slice of inSlices(rows, signal)) {
    for (const row of slice) {
      const encoded = encode(row);
      const order = last === undefined ? -1 : compareUtf8(last, encoded.key);
      if (order === 0) throw new ArtefactFaultError(`two rows have the key ${encoded.key}`);
      if (order > 0) ordered = false;
      last = encoded.key;
      count += 1;
      writer.write(count * POSITION_STEP, encoded);
      tally(dictionaries, encoded.partition, 1);
    }
  }
  writer.flush();
  writeMeta(database, physical, dictionaries);
  database.exec('COMMIT');
  return { rows: count, ordered };
};
