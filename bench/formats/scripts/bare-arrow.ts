/**
 * The rows of the published table of titles as Arrow, by a bare loop: `formats/scripts/bare-arrow.ts DATA`. Rows come in the order in which they are stored, by one
 * statement on the SQLite file, and go through the same encoder; there is no order, no page, no merge with events, no server and no client.
 */
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';

import { TABLE_FORMATS, TITLE_COLUMNS } from '@rushes/serving';
import { type TableCell, titleCells } from '@rushes/views';

import { openBenchStores } from '../../live/open-bench-stores.ts';
import { usage } from '../../process/usage.ts';
import type { Written } from '../measure-formats.ts';

const [data = ''] = process.argv.slice(2);
const stores = await openBenchStores(data);
const artefact = (await stores.views.currentPublication())?.views['titles']?.artefact ?? '';
await stores.close();
const file = new DatabaseSync(join(data, 'views', `${artefact}.sqlite`), { readOnly: true });

const begunMs = performance.now();
const { batchRows, writer: make } = TABLE_FORMATS.arrow;
const writer = make(TITLE_COLUMNS, { about: {}, keepFormulas: false });
let bytes = writer.begin().byteLength;
let rows = 0;
let batch: (readonly TableCell[])[] = [];
const write = (): void => {
  bytes += writer.rows(batch).byteLength;
  rows += batch.length;
  batch = [];
};
for (const { id, shown } of file.prepare('SELECT id, _doc_shown AS shown FROM entries').iterate()) {
  batch.push(titleCells(String(id), String(shown)));
  if (batch.length === batchRows) write();
}
if (batch.length > 0) write();
bytes += writer.end().byteLength;
const ms = performance.now() - begunMs;
file.close();
process.stdout.write(JSON.stringify({ rows, bytes, ms, peakMb: usage().peakMb } satisfies Written));
