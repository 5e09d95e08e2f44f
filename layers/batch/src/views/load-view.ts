/**
 * Fills the batch-view store: one immutable artefact per view, named after what its rows are made of. Built whole, or as a copy of the parent's plus the
 * changed rows; versions whose rows are made of the same share one.
 */
import { BrokenStreamError } from '@rushes/ports/batch-engine';
import type { ViewArtefact } from '@rushes/ports/manifest';
import type { ArtefactRow, BatchViewStore } from '@rushes/ports';
import type { RunContext } from '../context/run-context.ts';
import { artefactName, isOfForm } from './artefact-name.ts';
import { changedKeys } from './changed-keys.ts';
import { readableRows } from './readable-artefact.ts';
import { rowDecoder } from './view-rows.ts';
import type { ViewSource } from './view-source.ts';
import { wholeSelects } from './whole-selects.ts';

export interface LoadOptions {
  /** Build the artefact although it is there. */
  readonly full: boolean;
  /** The engine's memory. */
  readonly memoryMb: number;
}

/** Loads one view. */
export const loadView = async (
  context: RunContext,
  store: BatchViewStore,
  source: ViewSource,
  options: LoadOptions,
): Promise<ViewArtefact> => {
  const { engine, logger, signal } = context;
  const { view, model, tables, parent } = source;
  const artefact = artefactName(view, model, tables, engine.version);
  const state = await store.verify(artefact, { signal });
  let isUnreadable = state === 'damaged';
  const existing =
    state === 'sound'
      ? await readableRows(store, artefact, (err) => {
          isUnreadable = true;
          logger.warn({ err, view: view.name }, `the artefact ${artefact} cannot be read: building it anew`);
        })
      : undefined;
  if (state === 'damaged') logger.warn({ view: view.name }, `the artefact ${artefact} in ${store.location} is damaged: building it anew`);
  // One that was retired is in use again, unless it was removed a moment ago.
  if (!options.full && existing !== undefined && (await store.revive([artefact])).length === 0)
    return { name: view.name, artefact, rows: existing, built: 'shared' };

  const task = context.progress.task({ name: `load view ${view.name}`, unit: 'rows' });
  const decode = rowDecoder(view);
  let streamed = 0;
  const rowsOf = async function* (selects: AsyncIterable<string>): AsyncIterable<readonly ArtefactRow[]> {
    for await (const select of selects)
      for await (const texts of engine.streamText(select, signal)) {
        yield texts.map(decode);
        streamed += texts.length;
        task.advance(texts.length);
      }
  };
  const anew = isUnreadable || options.full;
  const copyable = parent && isOfForm(view, parent.artefact) && (await store.verify(parent.artefact, { signal })) === 'sound';
  const parentRows = copyable ? await store.rowCount(parent.artefact) : undefined;
  const delta =
    parent && parentRows !== undefined
      ? await changedKeys(context, { view, model, tables, parentTables: parent.tables, parentRows }, options.memoryMb)
      : undefined;
  let rows: number;
  if (parent && delta) {
    const removedKeys = engine.streamText(`SELECT key FROM ${delta.keys} WHERE in_parent`, signal);
    rows = await store.build(artefact, view.layout, rowsOf(delta.selects()), {
      parent: { artefact: parent.artefact, removedKeys },
      signal,
      anew,
    });
    await engine.dropMaterialized(delta.keys);
  } else {
    rows = await buildWhole(context, options.memoryMb, (memoryMb) => {
      streamed = 0;
      return store.build(artefact, view.layout, rowsOf(wholeSelects(context, source, memoryMb)), { signal, anew });
    });
    if (rows !== streamed && streamed > 0)
      throw new Error(`view ${view.name}: its model yielded ${streamed} rows, the artefact ${artefact} has ${rows}`);
  }
  task.finish();
  return { name: view.name, artefact, rows, built: delta ? 'changed rows' : 'whole' };
};

/** Ranges of the key so many times smaller, where a range took more memory than there is. */
const SMALLER = [1, 4, 16];

const buildWhole = async ({ logger }: RunContext, memoryMb: number, build: (memoryMb: number) => Promise<number>): Promise<number> => {
  for (const [n, times] of SMALLER.entries())
    try {
      return await build(memoryMb / times);
    } catch (error) {
      if (!(error instanceof BrokenStreamError) || n === SMALLER.length - 1) throw error;
      logger.info(`${error.message}: once more in smaller ranges`);
    }
  throw new Error('unreachable: the last try returns or throws');
};
