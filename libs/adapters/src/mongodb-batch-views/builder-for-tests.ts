/** A process that builds the artefact `films` until it is killed: says a line once rows are on the server. Its argument: options of the store, as JSON. */
import { setTimeout as sleep } from 'node:timers/promises';

import type { ArtefactRow } from '@rushes/ports';
import { film, FILMS } from '@rushes/ports/contracts/films';

import type { MongodbOptions } from '../mongodb-server/options.ts';
import { openMongodbBatchViews } from './index.ts';

const store = await openMongodbBatchViews(JSON.parse(process.argv[2] ?? '') as MongodbOptions); // as: the test has written it

async function* endless(): AsyncGenerator<readonly ArtefactRow[]> {
  for (let n = 0; ; n++) {
    // A batch has four megabytes. Four may be under way, so the sixth was not begun before the first had been acknowledged.
    yield Array.from({ length: 4 }, (_, m) => film({ id: `${n} ${m}`, notes: '1'.repeat(1_100_000) }));
    if (n === 6) process.stdout.write('rows are there\n');
    if (n >= 6) await sleep(1_000);
  }
}

await store.build('films', FILMS, endless());
