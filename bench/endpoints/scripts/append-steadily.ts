/** Appends made-up events, so many each second, until it is ended: `append-steadily.ts DATA RATE MOVIES`. */
import { setTimeout as sleep } from 'node:timers/promises';

import { titleIds } from '../../live/live-folder.ts';
import { makeEvents } from '../../live/made-events.ts';
import { openBenchStores } from '../../live/open-bench-stores.ts';

const [data = '', ...numbers] = process.argv.slice(2);
const [rate = 0, movies = 0] = numbers.map(Number);
const EVERY_MS = 50;

const over = new AbortController();
process.once('SIGTERM', () => over.abort());
const stores = await openBenchStores(data);
const maker = makeEvents(await titleIds(stores.views, movies, 'movie'), 'steadily');
const beganMs = performance.now();
let told = 0;
while (!over.signal.aborted) {
  const due = Math.floor(((performance.now() - beganMs) / 1000) * rate) - told;
  if (due > 0) await stores.log.append(Array.from({ length: due }, () => maker.next(Date.now())));
  told += due;
  await sleep(EVERY_MS);
}
await stores.close();
console.log(JSON.stringify({ told, seconds: (performance.now() - beganMs) / 1000 }));
