import type { TableRecord } from '@rushes/ports/manifest';
import type { View } from '@rushes/views';
import type { RunContext } from '../context/run-context.ts';
import type { ResolvedModel } from '../models/resolve-models.ts';
import { defineModel } from './view-models.ts';
import { encodedRows } from './view-rows.ts';

/** A copy with changes pays only while few rows changed. */
const MAX_CHANGED_SHARE = 0.2;

type Tables = ReadonlyMap<string, TableRecord>;

/** A view in two versions. */
interface Versions {
  readonly view: View;
  readonly model: ResolvedModel;
  readonly tables: Tables;
  readonly parentTables: Tables;
  readonly parentRows: number;
}

/** The rows that differ between two versions of a view. */
export interface ChangedKeys {
  /** A table of their keys: `key`, and `in_parent`, whether the parent has a row. */
  readonly keys: string;
  /** A SELECT of all encoded rows as they are now. */
  readonly select: string;
}

/**
 * Materializes the keys of the rows that differ between parent and now; `undefined` if they are too many for a copy to pay. Rows are compared by their
 * SHA-256, so that neither side's rows have to be held.
 */
export const changedKeys = async (
  context: RunContext,
  { view, model, tables, parentTables, parentRows }: Versions,
): Promise<ChangedKeys | undefined> => {
  const { engine } = context;
  const keys = `scratch.${view.name}_changed`;
  const select = encodedRows(view, await defineModel(context, model, tables, `now_${view.name}`));
  const before = encodedRows(view, await defineModel(context, model, parentTables, `before_${view.name}`));
  const hashed = (rows: string): string => `(SELECT key, sha256(row) AS hash FROM (${rows}))`;
  await engine.materialize(
    keys,
    `SELECT coalesce(n.key, p.key) AS key, p.key IS NOT NULL AS in_parent FROM ${hashed(select)} n FULL JOIN ${hashed(before)} p ON n.key = p.key ` +
      `WHERE n.hash IS DISTINCT FROM p.hash`,
  );
  const [count] = await engine.rows(`SELECT count(*) AS changed FROM ${keys}`);
  if (Number(count?.['changed']) <= parentRows * MAX_CHANGED_SHARE) return { keys, select };
  await engine.dropMaterialized(keys);
  return undefined;
};
