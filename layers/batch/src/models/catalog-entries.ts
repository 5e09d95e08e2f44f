import type { CatalogEntry, Dump } from '@rushes/ports/manifest';
import type { KeyedView } from '@rushes/views';
import { EVENT_QUARANTINE, EVENT_TABLES, LATE_EVENTS } from './event-tables.ts';
import { DUMP_TIMES } from '../silver/dump-times.ts';
import type { SqlModel } from '../context/sql-files.ts';

const BRONZE = 'as long as a kept version names it, and otherwise for the days of `batch.bronzeDays`';
const ARCHIVE = 'for the days of `batch.bronzeDays`; what older events come to stays, as states of the keyed views';
const WITH_VERSIONS = 'as long as a kept version names it';

export const bronzeEntry = ({ dataset, present, sourceFile }: Dump): CatalogEntry => ({
  table: `bronze.${dataset.replace('.', '_')}`,
  meaning: `${dataset} as it was read: every column a text, with source file, line number and load id.${present ? '' : ' Not in the folder: empty.'}`,
  reads: sourceFile === undefined ? [] : [sourceFile],
  retention: BRONZE,
});

export const modelEntry = ({ name, meaning }: SqlModel, reads: readonly string[]): CatalogEntry => ({
  table: name,
  meaning,
  reads: [...reads],
  retention: WITH_VERSIONS,
});

export const quarantineEntry = (bronze: readonly string[]): CatalogEntry => ({
  table: 'silver.quarantine',
  meaning: 'Lines that could not be typed, with file, line number, reason and raw text.',
  reads: [...bronze],
  retention: WITH_VERSIONS,
});

export const dumpTimesEntry: CatalogEntry = {
  table: DUMP_TIMES.name,
  meaning: DUMP_TIMES.meaning,
  reads: ['bronze.title_ratings'],
  retention: WITH_VERSIONS,
};

const LOG = 'bronze.log';

/** The log's archive, and what is made of it. */
export const logEntries = (): readonly CatalogEntry[] => [
  {
    table: LOG,
    meaning:
      'The event log as it was read: every record with partition, offset, append time, key, id and text, and the barriers between them.',
    reads: ['the event log'],
    retention: ARCHIVE,
  },
  ...[...Object.values(EVENT_TABLES), EVENT_QUARANTINE].map(({ name, meaning }) => ({
    table: name,
    meaning,
    reads: [LOG],
    retention: WITH_VERSIONS,
  })),
];

export const lateEntry: CatalogEntry = {
  table: LATE_EVENTS.name,
  meaning: LATE_EVENTS.meaning,
  reads: [EVENT_TABLES['movie.ratings'].name, EVENT_TABLES['movie.reviews'].name],
  retention: WITH_VERSIONS,
};

/** Made from the declaration, so that it says what the view is now. */
export const keyedEntry = (view: KeyedView): CatalogEntry => ({
  table: `keyed.${view.name}`,
  meaning:
    `What events (${view.events.join(', ')}) come to by movie${view.bucketMs === undefined ? '' : ` and ${widthOf(view.bucketMs)} of event time`}: ` +
    `${Object.keys(view.measures).join(', ')}.`,
  reads: [EVENT_TABLES[view.topic].name],
  retention: WITH_VERSIONS,
});

const MINUTE_MS = 60_000;
const widthOf = (widthMs: number): string => {
  const minutes = widthMs / MINUTE_MS;
  if (minutes % 1440 === 0) return minutes === 1440 ? 'day' : `${minutes / 1440} days`;
  if (minutes % 60 === 0) return minutes === 60 ? 'hour' : `${minutes / 60} hours`;
  return `${minutes} minutes`;
};
