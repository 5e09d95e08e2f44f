/**
 * The checksum of an artefact's rows: how many they are, and the sum of two 64-bit hashes of each, whatever their order. The server computes it in one pass over the
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

/** A row's hash is a linear function of its columns' hashes: summed as it is, two rows that change a value between them would go unseen. */
const rowHash = (seed: number): string => `hashint8extended(hash_record_extended(t, ${seed}), ${seed})`;

export const sumStatement = (table: string): Statement => ({
  text: `SELECT count(*), coalesce(sum(${rowHash(0)}::numeric), 0)::text, coalesce(sum(${rowHash(1)}::numeric), 0)::text FROM ${table} t`,
});

export const rowsSum = ([rows, one, two]: readonly Cell[]): RowsSum => ({ rows: Number(rows), sum: `${String(one)} ${String(two)}` });
