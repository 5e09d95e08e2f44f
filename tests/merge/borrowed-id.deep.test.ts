/** A film that was added under an id of its own with another title's id of IMDb's: it is shown, the other title keeps its id, and nothing stops. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { auditStores } from '@rushes/batch';
import { titleIdOf, type Tconst } from '@rushes/domain';
import { silentLogger, silentProgress } from '@rushes/runtime';
import { expect, test } from 'vitest';

import { writeCatalog } from '../batch/made-up-catalog.ts';
import { CATALOG, type LoggedEvent, openWorld } from './world.ts';

const TITLE = titleIdOf('tt0000001' as Tconst); // as: well-formed
const FILM = '00000000-0000-4000-8000-000000000001';

const added: LoggedEvent = {
  id: 'added',
  event: {
    type: 'movie_added',
    version: 1,
    payload: {
      movie_id: FILM,
      tconst: 'tt0000001',
      source: 'tmdb',
      at: '2026-05-31T00:00:00Z',
      title: 'A Borrowed Name',
      genres: ['Drama'],
      year: 1999,
      runtime_minutes: null,
      rating: null,
    },
  },
};

test('the film and the title are two, from the speed layer as from the next run', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'rushes-borrowed-'));
  const world = await openWorld({ begin: 'computed' });
  try {
    const dump = await writeCatalog(join(folder, 'imdb'), CATALOG);
    expect((await world.run(dump)).outcome).toBe('published');
    // Past the entrances, which refuse it: as a program of somebody else's appends to a log that is a server.
    await world.append([added]);
    const shown = async () => {
      await world.settle();
      const [film, title] = await Promise.all([world.get(`/movies/${FILM}`), world.get('/movies/tt0000001')]);
      return [film, title].map(({ body }) => (JSON.parse(body) as { data: unknown }).data); // as: the envelope
    };
    const two = [
      { id: FILM, tconst: null, title: 'A Borrowed Name' },
      { id: TITLE, tconst: 'tt0000001' },
    ];
    expect(await shown()).toMatchObject(two);
    for (const full of [false, true]) {
      expect((await world.run(dump, { full })).outcome).toBe('published');
      expect(await shown()).toMatchObject(two);
    }
    const report = await auditStores(
      world.stores,
      { workFolder: world.stores.scratchFolder, memoryLimitMb: 128, threads: 1 },
      { logger: silentLogger, progress: silentProgress, signal: new AbortController().signal },
    );
    expect(report).toMatchObject({ differences: 0, missing: [] });
  } finally {
    await world.close();
    await rm(folder, { recursive: true, force: true });
  }
}, 120_000);
