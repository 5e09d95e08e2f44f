/**
 * Appends made-up events whose times lie evenly on the last days, as fast as the log takes them: `append-days.ts DATA EVENTS DAYS MOVIES`. As after months of
 * operation, they are in a version once a run has read them.
 */
import { titleIds } from '../../live/live-folder.ts';
import { makeEvents } from '../../live/made-events.ts';
import { openBenchStores } from '../../live/open-bench-stores.ts';

const [data = '', ...numbers] = process.argv.slice(2);
const [events = 0, days = 0, movies = 0] = numbers.map(Number);
const PER_CALL = 1000;
const DAY_MS = 86_400_000;

const stores = await openBenchStores(data);
const maker = makeEvents(await titleIds(stores.views, movies, 'movie'), 'days');
const beganMs = Date.now() - days * DAY_MS;
for (let made = 0; made < events; made += PER_CALL)
  await stores.log.append(
    Array.from({ length: Math.min(PER_CALL, events - made) }, (_, at) =>
      maker.next(Math.floor(beganMs + ((made + at) / events) * days * DAY_MS)),
    ),
  );
await stores.close();
console.log('{}');
