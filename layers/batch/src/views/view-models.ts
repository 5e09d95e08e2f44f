/**
 * The models of served views. Nothing stores their rows: they go straight from the engine into the batch-view store. So a model is computed where it is
 * asked for: over the tables of this version, over those of the version before, or over a part of either.
 */
import { type BatchEngine, defineStored } from '@rushes/lake';
import type { TableRecord } from '@rushes/ports/manifest';
import type { RunContext } from '../context/run-context.ts';
import { readModels } from '../context/sql-files.ts';
import { orderModels, type ReadingModel } from '../models/order-models.ts';

export interface ViewModel extends ReadingModel {
  /** Names of the stored tables that it reads, by itself or through other models of views, sorted. */
  readonly tables: readonly string[];
  /** The models of views that it is made of, each after what it reads; it is the last itself. */
  readonly chain: readonly ReadingModel[];
}

const isOfView = (name: string): boolean => name.startsWith('views.');

/** All models of served views. @throws TerminalError if one reads what nothing makes. */
export const readViewModels = async (engine: BatchEngine, stored: ReadonlySet<string>): Promise<readonly ViewModel[]> => {
  const models = await Promise.all(
    (await readModels('views')).map(async (model) => ({ ...model, reads: await engine.references(model.select) })),
  );
  const ordered = orderModels(models, stored);
  const found = new Map<string, ViewModel>();
  for (const model of ordered) {
    const parts = model.reads.flatMap((name) => found.get(name) ?? []);
    const tables = new Set([...model.reads.filter((name) => !isOfView(name)), ...parts.flatMap((part) => part.tables)]);
    const chain = [...new Set(parts.flatMap((part) => part.chain)), model];
    found.set(model.name, { ...model, tables: [...tables].toSorted(), chain });
  }
  return [...found.values()];
};

/** Another name for a table or model, within a name space of its own. */
const nameWithin = (space: string, name: string): string => `${space}.${name.replace('.', '_')}`;

const TABLE_NAME = /\b[a-z]+\.[a-z_]+\b/g;

/** A model's SELECT with the tables that it reads under their names of a name space. */
const selectWithin = (space: string, { select, reads }: ReadingModel): string =>
  select.replace(TABLE_NAME, (name) => (reads.includes(name) ? nameWithin(space, name) : name));

/**
 * Makes a model readable over these tables, beside whatever else is defined, and returns the name under which it is.
 * @param space a name of nothing else at the moment.
 * @param narrowed conditions on tables, by their names: the model sees only rows that satisfy them.
 */
export const defineModel = async (
  { lake, engine }: Pick<RunContext, 'lake' | 'engine'>,
  model: ViewModel,
  tables: ReadonlyMap<string, TableRecord>,
  space: string,
  narrowed: ReadonlyMap<string, string> = new Map(),
): Promise<string> => {
  for (const name of model.tables) {
    const table = tables.get(name);
    if (table === undefined) throw new Error(`the model ${model.name} reads ${name}, which is not there`);
    await defineStored(lake, engine, { ...table, name: nameWithin(space, name) }, narrowed.get(name));
  }
  for (const part of model.chain) await engine.defineView(nameWithin(space, part.name), selectWithin(space, part));
  return nameWithin(space, model.name);
};
