/**
 * A service in a process of its own, with as many made-up titles as its argument says: `made-up-service.ts ROWS`. It tells its parent its address, and at each
 * message the most memory that it ever had, in MiB. Titles are made as they are listed: what grows in this process is the service's.
 */
import { createMemoryCaches } from '@rushes/adapters/memory-caches';
import type { BatchViewStore, ListedRow } from '@rushes/ports';
import { peakMemoryMb, Registry } from '@rushes/runtime';
import { NOTHING_TOLD, shownText } from '@rushes/views';

import { startServing } from '../src/server.ts';
import { publish } from './catalog.ts';
import { memoryBatchViews } from './memory-batch-views.ts';
import { NEVER_TOO_MUCH, objectStore, recordingLogger } from './service.ts';

const rows = Number(process.argv[2]);
const NEVER_MS = 24 * 3_600_000;

const titleAt = (n: number): string =>
  shownText({
    tconst: `tt${10_000_000 + n}`,
    type: n % 3 === 0 ? 'tvEpisode' : 'movie',
    is_adult: false,
    title: `The Long Night of ${n}`,
    original_title: n % 2 === 0 ? `La longue nuit d’été ${n}` : `The Long Night of ${n}`,
    year: 1990 + (n % 30),
    end_year: null,
    runtime: n % 7 === 0 ? null : 60 + (n % 90),
    rating: (10 + (n % 90)) * 100,
    votes: n,
    genres: n % 2 === 0 ? 'Drama\u001fCrime' : 'Comedy',
    directors: `Ada Brook ${n % 1000}`,
    writers: `Bruno Calder ${n % 777}\u001fCora Dunn`,
    director_count: 1,
    writer_count: 2,
    tmdb_id: n % 5 === 0 ? null : n,
    told: NOTHING_TOLD,
  });
const listed = (n: number): ListedRow => ({
  key: String(n).padStart(36, '0'),
  columns: [],
  documents: [titleAt(n)],
  sortValues: [n],
});

const views = memoryBatchViews();
await publish(views, 1, 1, { films: [], people: {} });
const madeUp: BatchViewStore = {
  ...views,
  open: async (artefact) => {
    const reader = await views.open(artefact);
    if (artefact !== 'titles-1') return reader;
    return {
      ...reader,
      list: async ({ after, limit }) => {
        const from = after === undefined ? 0 : Number(after.key) + 1;
        return Array.from({ length: Math.min(limit, rows - from) }, (_, at) => listed(from + at));
      },
    };
  },
};
const { url } = await startServing(
  { views: madeUp, objects: objectStore(), caches: createMemoryCaches(), rateLimiter: undefined },
  { port: 0, overload: NEVER_TOO_MUCH, streams: { stallMs: NEVER_MS, maxMs: NEVER_MS } },
  { logger: recordingLogger([]), metrics: new Registry() },
);
process.on('message', () => process.send?.({ peakMb: peakMemoryMb() }));
process.send?.({ url });
