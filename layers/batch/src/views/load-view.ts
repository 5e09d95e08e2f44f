/**
 * Fills the batch-view store: one immutable artefact per view, named after what is in it. Built whole, or as a copy of the parent's plus the
 * changed rows; versions with equal rows share one.
 */
import { quoteIdentifier } from '@rushes/lake';
import type { TableRecord, ViewArtefact } from '@rushes/ports/manifest';
import type { ArtefactRow, BatchViewStore } from '@rushes/ports';
import type { View } from '@rushes/views';
import type { RunContext } from '../context/run-context.ts';
import { artefactName, isOfForm } from './artefact-name.ts';
import { readableRows } from './readable-artefact.ts';
import { encodedRowsSelect, rowDecoder, valueNames } from './view-rows.ts';

/** A copy with changes pays only while few rows changed. */
const MAX_CHANGED_SHARE = 0.2;

export interface ParentView {
  readonly artefact: string;
  /** The parent's rows, defined in the engine under this name. */
  readonly table: string;
}

/** Loads one view whose table is defined in the engine. `parent`: the artefact of the published version, where there is one. */
export const loadView = async (
  context: RunContext,
  store: BatchViewStore,
  view: View,
  table: TableRecord,
  parent: ParentView | undefined,
): Promise<ViewArtefact> => {
  const artefact = artefactName(view, table);
  const state = await store.verify(artefact, { signal: context.signal });
  let isUnreadable = state === 'damaged';
  const existing =
    state === 'sound'
      ? await readableRows(store, artefact, (err) => {
          isUnreadable = true;
          context.logger.warn({ err, view: view.name }, `the artefact ${artefact} cannot be read: building it anew`);
        })
      : undefined;
  if (state === 'damaged')
    context.logger.warn({ view: view.name }, `the artefact ${artefact} in ${store.location} is damaged: building it anew`);
  // One that was retired is in use again, unless it was removed a moment ago.
  if (existing !== undefined && (await store.revive([artefact])).length === 0)
    return { name: view.name, artefact, rows: existing, built: 'shared' };

  const task = context.progress.task({ name: `load view ${view.name}`, unit: 'rows', total: table.rows });
  const decode = rowDecoder(view);
  const rowsOf = async function* (select: string): AsyncIterable<readonly ArtefactRow[]> {
    for await (const texts of context.engine.streamText(select, context.signal)) {
      yield texts.map(decode);
      task.advance(texts.length);
    }
  };
  const copyable =
    parent && isOfForm(view, parent.artefact) && (await store.verify(parent.artefact, { signal: context.signal })) === 'sound';
  const delta = copyable ? await changedKeys(context, view, table, parent) : undefined;
  let rows: number;
  if (parent && delta) {
    const changed = `${encodedRowsSelect(view, table.name)} WHERE ${quoteIdentifier(view.layout.key)} IN (SELECT key FROM ${delta}) ORDER BY ${quoteIdentifier(view.layout.key)}`;
    const removedKeys = context.engine.streamText(`SELECT key FROM ${delta} WHERE in_parent`, context.signal);
    rows = await store.build(artefact, view.layout, rowsOf(changed), {
      parent: { artefact: parent.artefact, removedKeys },
      signal: context.signal,
      anew: isUnreadable,
    });
    await context.engine.dropMaterialized(delta);
  } else {
    rows = await store.build(artefact, view.layout, rowsOf(encodedRowsSelect(view, table.name)), {
      signal: context.signal,
      anew: isUnreadable,
    });
  }
  task.finish();
  if (rows !== table.rows) throw new Error(`view ${view.name}: the lake has ${table.rows} rows, the artefact ${artefact} has ${rows}`);
  return { name: view.name, artefact, rows, built: delta ? 'changed rows' : 'whole' };
};

/** Materializes the keys whose rows differ between parent and now; `undefined` if they are too many for a copy to pay. */
const changedKeys = async ({ engine }: RunContext, view: View, table: TableRecord, parent: ParentView): Promise<string | undefined> => {
  const delta = `scratch.${view.name}_changed`;
  const key = quoteIdentifier(view.layout.key);
  const others = valueNames(view)
    .filter((name) => name !== view.layout.key)
    .map(quoteIdentifier);
  const differs = others.map((name) => `n.${name} IS DISTINCT FROM p.${name}`);
  await engine.materialize(
    delta,
    `SELECT coalesce(n.${key}, p.${key}) AS key, p.${key} IS NOT NULL AS in_parent FROM ${table.name} n FULL JOIN ${parent.table} p ON n.${key} = p.${key} ` +
      `WHERE n.${key} IS NULL OR p.${key} IS NULL OR ${differs.join(' OR ')}`,
  );
  const [count] = await engine.rows(`SELECT count(*) AS changed FROM ${delta}`);
  if (Number(count?.['changed']) <= table.rows * MAX_CHANGED_SHARE) return delta;
  await engine.dropMaterialized(delta);
  return undefined;
};
