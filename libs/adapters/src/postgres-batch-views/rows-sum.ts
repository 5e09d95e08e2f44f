/**
 * The checksum of an artefact's rows: how many they are, and the sum of a 64-bit hash of each, whatever their order. The server computes it in one pass over the
 * table, when the artefact was built and when it is verified; the sum is stored in the catalog, apart from the rows.
 *
 * The hashes are those of PostgreSQL's hash partitions, which stay as they are from one version to the next. Where they do not (another byte order), artefacts look
 * damaged and are built anew.
 */
import type { Cell, Statement } from '../postgres-access/connections.ts';

export interface RowsSum {
  readonly rows: number;
  readonly sum: string;
}

/**
 * The table goes by a name that no column can have, for a column of the same name would be taken instead.
 *
 * A row's hash is a linear function of its columns' hashes: summed as it is, two rows that change a value between them would go unseen.
 */
const ROW_HASH = 'hashint8extended(hash_record_extended("the row", 0), 0)';

export const sumStatement = (table: string): Statement => ({
  text: `SELECT count(*), coalesce(sum(${ROW_HASH}::numeric), 0)::text FROM ${table} "the row"`,
});

export const rowsSum = ([rows, sum]: readonly Cell[]): RowsSum => ({ rows: Number(rows), sum: String(sum) });
