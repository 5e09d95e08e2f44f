/**
 * The models of served views. Nothing stores their rows: they go straight from the engine into the batch-view store. So a model is computed where it is
 * asked for: over the tables of this version, over those of the version before, or over a part of either.
 */
import type { BatchEngine } from '@rushes/ports/batch-engine';
import type { TableRecord } from '@rushes/ports/manifest';
import type { RunContext } from '../context/run-context.ts';
import { readModels } from '../context/sql-files.ts';
import { readingModels } from '../models/build-models.ts';
import { orderModels, type ReadingModel } from '../models/order-models.ts';
import { type ResolvedModel, resolveModels } from '../models/resolve-models.ts';
import { isComputed } from '../models/table-plans.ts';

/** All models of served views. @param gold the models of gold, among them those whose rows are not stored. @throws TerminalError if one reads what nothing makes. */
export const readViewModels = async (
  engine: BatchEngine,
  gold: readonly ReadingModel[],
  given: ReadonlySet<string>,
): Promise<readonly ResolvedModel[]> => {
  const models = await readingModels(engine, await readModels('views'));
  const isStored = (name: string): boolean => !isOfView(name) && !isComputed(name);
  return resolveModels(orderModels([...gold, ...models], given), isStored).filter(({ name }) => isOfView(name));
};

const isOfView = (name: string): boolean => name.startsWith('views.');

/** Another name for a table or model, within a name space of its own. */
const nameWithin = (space: string, name: string): string => `${space}.${name.replace('.', '_')}`;

const TABLE_NAME = /\b[a-z]+\.[a-z][a-z0-9_]*\b/g;

/** A model's SELECT with the tables that it reads under their names of a name space. One that stayed under its own would be read as another version has it. */
const selectWithin = (space: string, { name: model, select, reads }: ReadingModel): string => {
  const found = new Set<string>();
  const renamed = select.replace(TABLE_NAME, (name) => {
    if (!reads.includes(name)) return name;
    found.add(name);
    return nameWithin(space, name);
  });
  const missed = reads.find((name) => !found.has(name));
  if (missed !== undefined) throw new Error(`the model ${model} reads ${missed}, which does not stand in its SELECT by that name`);
  return renamed;
};

/**
 * Makes a model readable over these tables, beside whatever else is defined, and returns the name under which it is.
 * @param space a name of nothing else at the moment.
 * @param narrowed conditions on tables, by their names: the model sees only rows that satisfy them.
 */
export const defineModel = async (
  { engine }: Pick<RunContext, 'engine'>,
  model: ResolvedModel,
  tables: ReadonlyMap<string, TableRecord>,
  space: string,
  narrowed: ReadonlyMap<string, string> = new Map(),
): Promise<string> => {
  for (const name of model.tables) {
    const table = tables.get(name);
    if (table === undefined) throw new Error(`the model ${model.name} reads ${name}, which is not there`);
    await engine.defineTable({ ...table, name: nameWithin(space, name) }, narrowed.get(name));
  }
  for (const part of [...model.through, model]) await engine.defineView(nameWithin(space, part.name), selectWithin(space, part));
  return nameWithin(space, model.name);
};
