/**
 * Real events: ratings of MovieTweetings on a real catalog, with runs placed anywhere among them, against one full recompute. A quick run takes the first of
 * them, and of the catalog the titles that they rate; a deep run takes all.
 */
import { existsSync, readFileSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gunzipSync, gzipSync } from 'node:zlib';

import { isTconst, titleIdOf } from '@rushes/domain';
import { atDepth } from '@rushes/ports/contracts/depth';
import { expect, test } from 'vitest';

import { type LoggedEvent, openWorld, type World } from './world.ts';

const DATA = fileURLToPath(new URL('../../../shared/data/', import.meta.url));
const EVENTS = `${DATA}movietweetings/ratings.tsv.gz`;
const CATALOG = `${DATA}imdb-movies-2010s`;
const CHUNK = atDepth({ quick: 250, deep: 2000 });
const ALL = 141_678;
const EVENTS_PLAYED = atDepth({ quick: 2000, deep: ALL });

const readEvents = (): readonly { readonly tconst: string; readonly logged: LoggedEvent }[] => {
  const [header = '', ...lines] = gunzipSync(readFileSync(EVENTS)).toString('utf8').trimEnd().split('\n');
  const names = header.split('\t');
  return lines.flatMap((line, at): ReturnType<typeof readEvents> => {
    const cells = line.split('\t');
    const cell = (name: RegExp): string => cells[names.findIndex((candidate) => name.test(candidate))] ?? '';
    const [tconst, score, seconds] = [cell(/tconst|movie/), Number(cell(/rating/)), Number(cell(/time/))];
    // Seventeen lines rate with 0, which is no rating.
    if (!isTconst(tconst) || score < 1) return [];
    const payload = { movie_id: titleIdOf(tconst), score, user: cell(/user/), at: new Date(seconds * 1000).toISOString() };
    return [{ tconst, logged: { id: `line-${at}`, event: { type: 'rating_given', version: 1, payload } } }];
  });
};

/** The lines of the catalog that are about these titles. */
const writePart = async (folder: string, tconsts: ReadonlySet<string>): Promise<string> => {
  await mkdir(folder);
  for (const name of await readdir(CATALOG)) {
    const [header = '', ...lines] = gunzipSync(await readFile(join(CATALOG, name)))
      .toString('utf8')
      .trimEnd()
      .split('\n');
    const part = lines.filter((line) => tconsts.has(line.slice(0, line.indexOf('\t'))));
    await writeFile(join(folder, name), gzipSync([header, ...part, ''].join('\n')));
  }
  return folder;
};

const LISTS = [
  '/movies?sort=votes&page_size=1000&count=true',
  '/movies?sort=rating&page_size=1000&votes_gte=1',
  '/movies?genre=Drama&rating_gt=6&sort=rating&page_size=1000&count=true',
  '/top_movies?limit=250',
  '/top_movies_by_genre?per_genre=20',
  '/genres',
  '/analytics/yearly',
  '/analytics/genre/Drama?year=2013&limit=100',
  '/analytics/trends?genre=Drama&metric=rating&window=7d&as_of=2013-03-04T12:00:00Z',
  '/analytics/anomalies?window=30d&limit=100&as_of=2013-03-03T12:00:00Z',
];

/** The text without `meta`. */
const answer = async (world: World, path: string): Promise<string> => {
  const { body } = await world.get(path);
  const begin = body.lastIndexOf(',"meta":{"batch"');
  return body.slice(0, begin) + body.slice(body.indexOf('}', body.indexOf('"last_updated"', begin)) + 1);
};

test.skipIf(!existsSync(EVENTS) || !existsSync(CATALOG))(
  `${EVENTS_PLAYED} ratings of MovieTweetings, with runs among them, equal a full recompute (skipped without ../shared/data)`,
  async ({ onTestFinished }) => {
    const read = readEvents();
    expect(read).toHaveLength(ALL);
    const events = read.slice(0, EVENTS_PLAYED).map(({ logged }) => logged);
    const folder = await mkdtemp(join(tmpdir(), 'rushes-tweetings-'));
    onTestFinished(() => rm(folder, { recursive: true, force: true }));
    const rated = new Set(read.slice(0, EVENTS_PLAYED).map(({ tconst }) => tconst));
    const catalog = atDepth({ quick: await writePart(join(folder, 'imdb'), rated), deep: CATALOG });
    const votes = new Map<string, { count: number; sumTenths: number }>();
    for (const { event } of events)
      if (event.type === 'rating_given') {
        const { movie_id, score } = event.payload;
        const { count, sumTenths } = votes.get(movie_id) ?? { count: 0, sumTenths: 0 };
        votes.set(movie_id, { count: count + 1, sumTenths: sumTenths + Math.round(score * 10) });
      }
    const chunks = Array.from({ length: Math.ceil(events.length / CHUNK) }, (_, n) => events.slice(n * CHUNK, (n + 1) * CHUNK));
    const runAt = new Set([Math.floor(Math.random() * chunks.length), Math.floor(Math.random() * chunks.length)]);

    const [world, recomputed] = [await openWorld({ batchRecords: 500 }), await openWorld({ batchRecords: 500 })];
    try {
      expect((await world.run(catalog)).outcome).toBe('published');
      for (const [n, chunk] of chunks.entries()) {
        await world.append(chunk);
        if (runAt.has(n)) expect((await world.run(catalog)).outcome).toBe('published');
      }
      await world.restartServing();
      await world.settle();
      for (const chunk of chunks) await recomputed.append(chunk);
      expect((await recomputed.run(catalog, { full: true })).outcome).toBe('published');
      await recomputed.settle();

      const where = `runs after chunks ${[...runAt].join(' and ')}`;
      for (const path of LISTS) expect(await answer(world, path), `${path}, ${where}`).toBe(await answer(recomputed, path));
      const known = [...votes.keys()].filter((_, n) => n % atDepth({ quick: 2, deep: 40 }) === 0);
      let shown = 0;
      for (const id of known) {
        const merged = await world.get(`/movies/${id}`);
        expect(merged.status).toBe((await recomputed.get(`/movies/${id}`)).status);
        if (merged.status === 404) continue;
        expect(await answer(world, `/movies/${id}`), where).toBe(await answer(recomputed, `/movies/${id}`));
        const { data } = JSON.parse(merged.body) as { readonly data: { readonly ratings: { readonly live: { readonly votes: number } } } }; // as: the movie
        expect(data.ratings.live.votes).toBe(votes.get(id)?.count);
        shown += 1;
      }
      expect(shown).toBeGreaterThan(100);
    } finally {
      await world.close();
      await recomputed.close();
    }
  },
);
