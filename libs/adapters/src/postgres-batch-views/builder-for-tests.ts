/** A process that begins to build an artefact, says so, and goes on without an end. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { ArtefactRow } from '@rushes/ports';

import type { PostgresOptions } from '../postgres-access/options.ts';
import { openPostgresBatchViews } from './index.ts';

const options = JSON.parse(process.argv[2] ?? '{}') as PostgresOptions; // as: the test's own

async function* rows(): AsyncGenerator<readonly ArtefactRow[]> {
  for (let n = 0; ; n++) {
    // Some megabytes are with the server before it says so.
    yield Array.from({ length: 1_000 }, (_, m) => [`id ${n * 1_000 + m}`, m]);
    if (n === 100) process.send?.('building');
    if (n > 100) await sleep(10);
  }
}

const store = await openPostgresBatchViews(options);
await store.build('one', { key: 'id', columns: { n: 'integer' }, documents: [], lookups: [], sorts: [], filters: [] }, rows());
