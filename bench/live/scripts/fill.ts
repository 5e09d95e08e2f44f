/**
 * Fills log and speed store before something is read: `fill.ts DATA changed TITLES` gives each of so many titles one rating; `fill.ts DATA epochs
 * MOVIES EPOCHS` gives each of so many films ratings, a review and a change in each epoch, with a barrier between epochs.
 */
import type { NewRecord } from '@rushes/ports';

import { beginSpeed } from '../begun-speed.ts';
import { titleIds } from '../live-folder.ts';
import { makeEvents } from '../made-events.ts';
import { openBenchStores } from '../open-bench-stores.ts';

const [data = '', what = '', ...numbers] = process.argv.slice(2);
const [count = 0, epochs = 0] = numbers.map(Number);
const PER_CALL = 1000;
/** In each epoch, for each movie. */
const KINDS = ['rating', 'rating', 'rating', 'review', 'change'] as const;

const stores = await openBenchStores(data);
const movies = await titleIds(stores.views, count, what === 'epochs' ? 'movie' : undefined);
const maker = makeEvents(movies, `fill ${what}`);
const append = async (records: readonly NewRecord[]): Promise<void> => {
  for (let from = 0; from < records.length; from += PER_CALL) await stores.log.append(records.slice(from, from + PER_CALL));
};

const now = Date.now();
if (what === 'changed') await append(movies.map((movie) => maker.about(movie, 'rating', now)));
else
  for (let epoch = 1; epoch <= epochs; epoch++) {
    if (epoch > 1) await stores.log.appendBarrier(epoch - 1);
    await append(movies.flatMap((movie) => KINDS.map((kind) => maker.about(movie, kind, now))));
  }

const running = beginSpeed(stores);
await running.caughtUp();
await running.stop();
await stores.close();
console.log('{}');
