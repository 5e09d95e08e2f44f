import { deriveTable, derivationOf, findDerived, type TableDefinition } from '@rushes/lake';
import { type BatchEngine, ComputationError } from '@rushes/ports/batch-engine';
import type { TableRecord } from '@rushes/ports/manifest';
import { TerminalError } from '@rushes/runtime';
import type { RunContext } from '../context/run-context.ts';
import type { SqlModel } from '../context/sql-files.ts';
import { orderModels, type ReadingModel } from './order-models.ts';
import { planSlices } from './plan-slices.ts';
import { type ResolvedModel, resolveModels } from './resolve-models.ts';
import { isComputed, TABLE_PLANS } from './table-plans.ts';

export interface BuildModelsOptions {
  /** Compute everything anew. */
  readonly full: boolean;
  /** The engine's memory, from which the size of slices follows. */
  readonly memoryMb: number;
  /** Names of tables that are wanted before others, where there is a choice. */
  readonly first: ReadonlySet<string>;
}

export interface BuiltModel {
  readonly table: TableRecord;
  readonly model: ResolvedModel;
  readonly reused: boolean;
}

/** Models with the names of what they read. */
export const readingModels = async (engine: BatchEngine, models: readonly SqlModel[]): Promise<readonly ReadingModel[]> =>
  Promise.all(models.map(async (model) => ({ ...model, reads: await engine.references(model.select) })));

/**
 * Builds models over the tables that are there, each after what it reads, and yields each as soon as it is stored; those whose rows are not stored are made
 * readable. What was built before from the same definition and the same content is taken as it is.
 */
export async function* buildModels(
  context: RunContext,
  models: readonly ReadingModel[],
  given: readonly TableRecord[],
  options: BuildModelsOptions,
): AsyncIterable<BuiltModel> {
  const { lake, engine, signal } = context;
  const tables = new Map(given.map((table) => [table.name, table]));
  const ordered = orderModels(models, new Set(tables.keys()), options.first);
  for (const model of resolveModels(ordered, (name) => !isComputed(name))) {
    signal.throwIfAborted();
    const plan = TABLE_PLANS[model.name];
    if (!plan) throw new TerminalError(`the model ${model.name} has no order of rows`, { hint: 'add it to table-plans.ts' });
    if ('computed' in plan) {
      await engine.defineView(model.name, model.select);
      continue;
    }
    const through = model.through.map(({ select }) => select);
    const slices = plan.sliced && (await planSlices(engine, plan.sliced, tables, options.memoryMb));
    const definition: TableDefinition = {
      name: model.name,
      select: model.select,
      orderBy: plan.orderBy,
      ...(slices && { slices }),
      ...(through.length > 0 && { through }),
    };
    const inputs = model.tables.flatMap((name) => tables.get(name) ?? []);
    const derivation = derivationOf(definition, engine.version, inputs);
    const found = options.full ? undefined : await findDerived(lake, derivation, context.known);
    const table = found ?? (await compute(context, definition, derivation));
    await engine.defineTable(table);
    tables.set(table.name, table);
    yield { table, model, reused: found !== undefined };
  }
}

/** Says what helps where memory ran out. */
const compute = async ({ lake, engine, signal }: RunContext, definition: TableDefinition, derivation: string): Promise<TableRecord> => {
  try {
    return await deriveTable(lake, engine, definition, derivation);
  } catch (cause) {
    if (signal.aborted) throw cause;
    throw new TerminalError(cause instanceof ComputationError ? cause.message : `computing ${definition.name} failed`, {
      cause,
      ...(cause instanceof ComputationError && cause.isOutOfMemory && { hint: 'give the engine more memory: RUSHES_MEMORY_LIMIT_MB' }),
    });
  }
};
