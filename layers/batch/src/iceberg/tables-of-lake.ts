/** Iceberg tables on request: begun, written, taken away. */
import { openLake } from '@rushes/lake';
import type { Manifest } from '@rushes/ports/manifest';
import { type Logger, TerminalError } from '@rushes/runtime';
import type { BatchStores } from '../context/stores.ts';
import { beginIceberg, endIceberg, followPublications, hasIceberg, type IcebergOptions, type IcebergReport } from './keep-iceberg.ts';

type IcebergStores = Pick<BatchStores, 'objects' | 'views'>;

/** Writes the tables; from now on they follow what is published. @throws TerminalError if nothing is published. */
export const writeIceberg = async (stores: IcebergStores, options: IcebergOptions): Promise<IcebergReport> => {
  const lake = openLake(stores.objects, '');
  if ((await stores.views.currentPublication()) === undefined)
    throw new TerminalError('nothing is published', { hint: 'run `rushes batch run` first' });
  if (!(await hasIceberg(lake))) await beginIceberg(lake, options.now?.() ?? new Date());
  const report = await followPublications(lake, stores.views, options);
  if (report === undefined) throw new TerminalError('somebody else takes the Iceberg tables away', { hint: 'see who, and try again' });
  return report;
};

export const removeIceberg = ({ objects }: IcebergStores): Promise<void> => endIceberg(openLake(objects, ''));

export interface FollowOptions {
  readonly keepVersions: number;
  readonly logger: Logger;
  readonly now?: (() => Date) | undefined;
  /** Manifests that need not be read. */
  readonly known?: readonly Manifest[];
}

/** Brings the tables, if there are any, up to what is published. */
export const followIceberg = async ({ objects, views }: IcebergStores, { logger, ...options }: FollowOptions): Promise<void> => {
  const report = await followPublications(openLake(objects, ''), views, options);
  if (!report) return;
  logger.debug({ version: report.version, tables: report.tables.length }, 'the Iceberg tables are up to date');
  const leftOut = report.tables.filter((table) => table.left_out.length > 0).map(({ name }) => name);
  if (leftOut.length > 0) logger.info({ tables: leftOut }, 'of these tables, versions with other types are not among the Iceberg tables');
};

/** The same beside what counts: what goes wrong is logged. */
export const keepIceberg = async (stores: IcebergStores, options: FollowOptions): Promise<void> => {
  try {
    await followIceberg(stores, options);
  } catch (err) {
    options.logger.warn({ err }, 'the Iceberg tables are not up to date; the next run, or upkeep, tries again');
  }
};
