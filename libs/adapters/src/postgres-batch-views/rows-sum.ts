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

export const sumStatement = (table: string): Statement => ({
  text: `SELECT count(*), coalesce(sum(hash_record_extended(t, 0)::numeric), 0)::text, coalesce(sum(hash_record_extended(t, 1)::numeric), 0)::text FROM ${table} t`,
});

export const rowsSum = ([rows, one, two]: readonly Cell[]): RowsSum => ({ rows: Number(rows), sum: `${String(one)} ${String(two)}` });
