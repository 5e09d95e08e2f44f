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

/** Brings the tables, if there are any, up to what is published; what goes wrong is logged, and fails nothing. */
export const keepIceberg = async (
  stores: IcebergStores,
  keepVersions: number,
  logger: Logger,
  { now, known }: { readonly now?: () => Date; readonly known?: readonly Manifest[] } = {},
): Promise<void> => {
  try {
    const report = await followPublications(openLake(stores.objects, ''), stores.views, { keepVersions, now, known: known ?? [] });
    const leftOut = report?.tables.filter((table) => table.left_out.length > 0).map(({ name }) => name) ?? [];
    if (report) logger.debug({ version: report.version, tables: report.tables.length }, 'the Iceberg tables are up to date');
    if (leftOut.length > 0) logger.info({ tables: leftOut }, 'of these tables, versions with other types are not among the Iceberg tables');
  } catch (err) {
    logger.warn({ err }, 'the Iceberg tables are not up to date; the next run, or upkeep, tries again');
  }
};
