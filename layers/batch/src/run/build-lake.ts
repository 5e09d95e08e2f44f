/** Bronze → silver → gold → views of one version, in the order in which data flows. Nothing here is visible to readers. */
import type { ImdbDataset } from '@rushes/domain';
import { areSound } from '@rushes/lake';
import type { CatalogEntry, Dump, Origin, TableRecord, ViewArtefact } from '@rushes/ports/manifest';
import type { BatchViewStore, DuplicateFilters } from '@rushes/ports';
import { TerminalError } from '@rushes/runtime';
import { type View, VIEWS } from '@rushes/views';
import { findFiles } from '../bronze/find-files.ts';
import { type ImdbSource, nameOfSource, type SourceFile } from '../bronze/imdb-source.ts';
import { absentDataset, type BronzeTable, finishLoad, type PreparedLoad, prepareLoad } from '../bronze/load-dataset.ts';
import { buildLogTables, type BuiltLog } from '../events/build-log-tables.ts';
import type { LandedLog } from '../archive/land-log.ts';
import type { ParentVersion } from '../events/silver-events.ts';
import { bronzeEntry, dumpTimesEntry, modelEntry, quarantineEntry } from '../models/catalog-entries.ts';
import { buildModels, readingModels } from '../models/build-models.ts';
import type { ResolvedModel } from '../models/resolve-models.ts';
import { isComputed } from '../models/table-plans.ts';
import type { RunContext } from '../context/run-context.ts';
import { buildSilverTable, combineQuarantines } from '../silver/build-silver-table.ts';
import { buildDumpTimes, DUMP_TIMES } from '../silver/dump-times.ts';
import { SILVER_TABLES } from '../silver/silver-tables.ts';
import { readModels } from '../context/sql-files.ts';
import { isOfForm } from '../views/artefact-name.ts';
import { loadView } from '../views/load-view.ts';
import { readViewModels } from '../views/view-models.ts';
import type { ViewSource } from '../views/view-source.ts';
import type { StepLog } from '../context/steps.ts';

export interface BuiltLake {
  readonly dumps: readonly Dump[];
  readonly tables: readonly TableRecord[];
  readonly derivations: readonly string[];
  readonly catalog: readonly CatalogEntry[];
  readonly views: readonly ViewArtefact[];
  readonly log: Pick<BuiltLog, 'figures' | 'gaps'>;
}

export interface BuildOptions {
  readonly imdbSource: ImdbSource;
  readonly origin: Origin;
  readonly full: boolean;
  /** The engine's memory. */
  readonly memoryMb: number;
  readonly version: number;
  /** The published version: what changed rows are found against. */
  readonly parent: (ParentVersion & { readonly views: readonly ViewArtefact[] }) | undefined;
  readonly landed: LandedLog;
  readonly duplicateFilters: DuplicateFilters;
}

export const buildLake = async (context: RunContext, store: BatchViewStore, options: BuildOptions, log: StepLog): Promise<BuiltLake> => {
  const { engine, logger } = context;
  const files = await findFiles(options.imdbSource);
  const silverModels = await readModels('silver');
  const bronze: BronzeTable[] = [];
  const silver: TableRecord[] = [];
  const quarantines: TableRecord[] = [];
  const catalog: CatalogEntry[] = [];
  const queue = prepareAhead(context, files);
  try {
    for (const declared of SILVER_TABLES) {
      const name = `silver.${declared.name}`;
      const model = silverModels.find((candidate) => candidate.name === name);
      if (!model) throw new TerminalError(`there is no model sql/silver/${declared.name}.sql`);
      const loaded = await log.step(
        `bronze.${declared.dataset}`,
        () => loadBronze(context, queue, declared.dataset),
        ({ table, reused }) => ({ rows: table.rows, reused }),
      );
      if (!loaded.dump.present)
        // What a sample leaves out is known.
        logger[options.origin === 'sample' ? 'debug' : 'warn'](
          { dataset: declared.dataset },
          `${declared.dataset} is not in ${nameOfSource(options.imdbSource)}: ${name} is empty`,
        );
      await engine.defineTable(loaded.table);
      const built = await log.step(
        name,
        () => buildSilverTable(context, declared, model, loaded, options.full),
        ({ table, reused }) => ({ rows: table.rows, reused }),
      );
      await engine.defineTable(built.table);
      bronze.push(loaded);
      silver.push(built.table);
      quarantines.push(built.quarantine);
      catalog.push(bronzeEntry(loaded.dump), modelEntry(model, [loaded.table.name]));
    }
  } finally {
    await queue.drain();
  }

  const declaredNames = new Set(SILVER_TABLES.map((table) => `silver.${table.name}`));
  const models = await readingModels(engine, [
    ...silverModels.filter((model) => !declaredNames.has(model.name)),
    ...(await readModels('gold')),
  ]);
  const dumps = bronze.map((one) => one.dump);
  const times = await log.step(
    DUMP_TIMES.name,
    () => buildDumpTimes(context, dumps),
    ({ table, reused }) => ({ rows: table.rows, reused }),
  );
  await engine.defineTable(times.table);
  silver.push(times.table);
  catalog.push(dumpTimesEntry);
  const fromLog = await buildLogTables(context, options, log);
  catalog.push(...fromLog.catalog);
  const derived: TableRecord[] = [];
  const given = [...silver, ...fromLog.tables];
  const viewModels = await readViewModels(engine, models, new Set(given.map(({ name }) => name)));
  catalog.push(...viewModels.map((model) => modelEntry(model, model.tables)));
  const first = new Set(viewModels.flatMap((one) => one.tables));
  const loads = createLoads(context, store, viewModels, options, log);
  for (const table of given) loads.add(table);
  try {
    const task = context.progress.task({
      name: 'build gold',
      unit: 'tables',
      total: models.filter(({ name }) => !isComputed(name)).length,
    });
    let startedMs = context.now().getTime();
    for await (const { table, model, reused } of buildModels(context, models, given, { ...options, first })) {
      const durationMs = context.now().getTime() - startedMs;
      log.record({ name: table.name, startedAt: new Date(startedMs).toISOString(), durationMs, rows: table.rows, reused });
      derived.push(table);
      catalog.push(modelEntry(model, model.tables));
      task.advance(1);
      loads.add(table);
      startedMs = context.now().getTime();
    }
    task.finish();
  } catch (error) {
    await loads.settled();
    throw error;
  }
  const tables = [...bronze.map((one) => one.table), ...silver, combineQuarantines(quarantines), ...fromLog.tables, ...derived];
  return {
    dumps,
    tables,
    derivations: [...silver, ...quarantines, ...derived].map((table) => table.derivation),
    catalog: [...catalog, quarantineEntry(bronze.map((one) => one.table.name))],
    views: await loads.done(),
    log: fromLog,
  };
};

interface LoadQueue {
  take(dataset: ImdbDataset): Promise<PreparedLoad | undefined>;
  /** Waits for a read that was begun ahead and is not wanted any more. */
  drain(): Promise<void>;
}

/** Reads files one ahead of the engine, which works on the file before meanwhile. */
const prepareAhead = (context: RunContext, files: readonly SourceFile[]): LoadQueue => {
  const order = SILVER_TABLES.flatMap((table) => files.find((file) => file.dataset === table.dataset) ?? []);
  const begun = new Map<ImdbDataset, Promise<PreparedLoad>>();
  const begin = (file: SourceFile | undefined): void => {
    if (!file || begun.has(file.dataset)) return;
    const load = prepareLoad(context, file);
    load.catch(() => undefined); // whoever takes it sees the error
    begun.set(file.dataset, load);
  };
  begin(order[0]);
  return {
    async take(dataset) {
      const at = order.findIndex((file) => file.dataset === dataset);
      if (at < 0) return undefined;
      begin(order[at]);
      const load = await begun.get(dataset);
      begin(order[at + 1]);
      return load;
    },
    async drain() {
      await Promise.allSettled(begun.values());
    },
  };
};

const loadBronze = async (context: RunContext, queue: LoadQueue, dataset: ImdbDataset): Promise<BronzeTable> => {
  const prepared = await queue.take(dataset);
  return prepared ? finishLoad(context, prepared) : absentDataset(dataset);
};

/** Loads of one lane come one after the other. Views with many indexes, which are built on a thread of their own, do not keep the others waiting. */
const laneOf = ({ layout }: View): string => (layout.sorts.length > 1 ? 'with indexes' : 'others');

/** Loads views into the store, each once the tables that it reads are there, beside the engine that builds the next tables. */
const createLoads = (context: RunContext, store: BatchViewStore, models: readonly ResolvedModel[], options: BuildOptions, log: StepLog) => {
  const loads: Promise<ViewArtefact>[] = [];
  const lanes = new Map<string, Promise<unknown>>();
  const tables = new Map<string, TableRecord>();
  const waiting = new Set(
    VIEWS.map((view) => {
      const model = models.find((candidate) => candidate.name === `views.${view.name}`);
      if (!model) throw new TerminalError(`the view ${view.name} has no model sql/views/${view.name}.sql`);
      return { view, model };
    }),
  );
  const begin = (view: View, model: ResolvedModel): void => {
    const lane = laneOf(view);
    const load = (lanes.get(lane) ?? Promise.resolve()).then(() =>
      log.step(
        `load views.${view.name}`,
        async () => loadView(context, store, { view, model, tables, parent: await parentOf(context, options, view, model) }, options),
        ({ rows, built }) => ({ rows, reused: built === 'shared' }),
      ),
    );
    lanes.set(
      lane,
      load.catch(() => undefined), // `done` throws it
    );
    loads.push(load);
  };
  return {
    add(table: TableRecord): void {
      tables.set(table.name, table);
      for (const one of waiting) {
        if (!one.model.tables.every((name) => tables.has(name))) continue;
        waiting.delete(one);
        begin(one.view, one.model);
      }
    },
    settled: () => Promise.allSettled(loads),
    done: (): Promise<readonly ViewArtefact[]> => Promise.all(loads),
  };
};

/** What changed rows of a view can be found against: the published version's artefact, if what it was made of is still what was stored. */
const parentOf = async (
  { lake }: RunContext,
  { parent, full }: BuildOptions,
  view: View,
  model: ResolvedModel,
): Promise<ViewSource['parent']> => {
  const artefact = parent?.views.find((candidate) => candidate.name === view.name)?.artefact;
  if (full || parent === undefined || artefact === undefined || !isOfForm(view, artefact)) return undefined;
  const tables = new Map<string, TableRecord>();
  for (const name of model.tables) {
    const table = parent.tables.find((candidate) => candidate.name === name);
    if (table === undefined || !(await areSound(lake, table.files))) return undefined;
    tables.set(name, table);
  }
  return { artefact, tables };
};
