import type { TableRecord } from '@rushes/ports/manifest';
import type { View } from '@rushes/views';
import type { RunContext } from '../context/run-context.ts';
import type { ResolvedModel } from '../models/resolve-models.ts';
import { defineModel } from './view-models.ts';
import { encodedRows } from './view-rows.ts';
import { type Narrowed, rangesOf } from './whole-selects.ts';

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
  /** SELECTs of these rows (`row`) as they are now, in the order of their keys. Each is to be read before the next is asked for. */
  readonly selects: () => AsyncIterable<string>;
}

/**
 * Materializes the keys of the rows that differ between parent and now; `undefined` if they are too many for a copy to pay. Rows are compared by their
 * SHA-256, so that neither side's rows have to be held, and in ranges of the key where the engine could not gather all of them at once.
 */
export const changedKeys = async (
  context: RunContext,
  { view, model, tables, parentTables, parentRows }: Versions,
  memoryMb: number,
): Promise<ChangedKeys | undefined> => {
  const { engine } = context;
  const keys = `scratch.${view.name}_changed`;
  // Both versions' rows are made at the same time.
  const ranges = await rangesOf(context, view.name, tables, memoryMb / 2);
  const nowIn = async (narrowed: Narrowed): Promise<string> =>
    encodedRows(view, await defineModel(context, model, tables, `now_${view.name}`, narrowed));
  const hashed = (rows: string): string => `(SELECT key, sha256(row) AS hash FROM (${rows}))`;
  const parts: string[] = [];
  for (const narrowed of ranges) {
    const now = await nowIn(narrowed);
    const before = encodedRows(view, await defineModel(context, model, parentTables, `before_${view.name}`, narrowed));
    const part = `${keys}_${parts.length}`;
    await engine.materialize(
      part,
      `SELECT coalesce(n.key, p.key) AS key, p.key IS NOT NULL AS in_parent FROM ${hashed(now)} n FULL JOIN ${hashed(before)} p ON n.key = p.key ` +
        `WHERE n.hash IS DISTINCT FROM p.hash`,
    );
    parts.push(part);
  }
  await engine.materialize(keys, parts.map((part) => `SELECT * FROM ${part}`).join(' UNION ALL '));
  for (const part of parts) await engine.dropMaterialized(part);
  const selects = async function* (): AsyncIterable<string> {
    for (const narrowed of ranges) yield `SELECT row FROM (${await nowIn(narrowed)}) WHERE key IN (SELECT key FROM ${keys}) ORDER BY key`;
  };
  const [count] = await engine.rows(`SELECT count(*) AS changed FROM ${keys}`);
  if (Number(count?.['changed']) <= parentRows * MAX_CHANGED_SHARE) return { keys, selects };
  await engine.dropMaterialized(keys);
  return undefined;
};
