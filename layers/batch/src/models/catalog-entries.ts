import type { CatalogEntry, Dump } from '@rushes/lake';
import type { SqlModel } from '../sql-files.ts';

const FOR_EVER = 'for ever';
const WITH_VERSIONS = 'as long as a kept version names it';

export const bronzeEntry = ({ dataset, present, sourceFile }: Dump): CatalogEntry => ({
  table: `bronze.${dataset.replace('.', '_')}`,
  meaning: `${dataset} as it was read: every column a text, with source file, line number and load id.${present ? '' : ' Not in the folder: empty.'}`,
  reads: sourceFile === undefined ? [] : [sourceFile],
  retention: FOR_EVER,
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
