/** Answers of TMDB as they were recorded: what is read of them, and what polling makes of them. Some of their values were edited by whoever recorded them. */
import { existsSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';

import { describe, expect, test } from 'vitest';

import { readFilm, readPage, readReviews } from '../../src/films/film-facts.ts';
import { counted, openPolling, TODAY } from './polling.ts';

const FOLDER = resolve(import.meta.dirname, '../../../../../shared/data/tmdb');
const there = existsSync(FOLDER);
if (!there) process.stdout.write(`TMDB's recorded answers are skipped: they are not in ${FOLDER}\n`);

const recorded = (name: string): unknown => JSON.parse(readFileSync(resolve(FOLDER, 'recorded', name), 'utf8'));

describe.skipIf(!there)('recorded answers', () => {
  test('a film with all that can be appended to it', () => {
    expect(readFilm(recorded('movies/details_with_append_to_response.json'))).toMatchObject({
      id: 12_313,
      isAdult: false,
      tconst: 'tt0409732',
      fields: { title: 'Rock Crystal', genres: ['Adventure', 'Drama'], year: 2004, runtime_minutes: 92 },
      observation: { average: 6.4, votes: 5, popularity: 3.475 },
    });
  });

  test('a page of changes, of a list, of reviews', () => {
    expect(readPage(recorded('changes/movie_list.json'))).toMatchObject({ pages: 57, films: { length: 100 } });
    const trending = readPage(recorded('trending/movies.json'));
    expect(trending).toMatchObject({ pages: 500, films: { length: 20 } });
    expect(trending.films[0]).toMatchObject({ id: 934_433, observation: { average: 7.374, votes: 684 } });
    const { reviews } = readReviews(recorded('movies/reviews.json'));
    // "rating" in the place of a number is no score.
    expect(reviews.slice(0, 2).map(({ author, score }) => [author, score])).toEqual([
      ['Goddard', null],
      ['Brett Pascoe', 9],
    ]);
  });

  test('polled, they become events that the log admits', async () => {
    const on = await openPolling();
    try {
      const details = recorded('movies/details_with_append_to_response.json') as object; // as: an object
      const reviews = recorded('movies/reviews.json') as { readonly results: readonly object[] }; // as: a page
      on.standIn.recorded.set('movie/12313', { ...details, reviews: { ...reviews, total_pages: 1 } });
      on.standIn.changes.set(TODAY, [12_313]);
      await on.poll();
      expect(counted(await on.events())).toEqual({
        movie_added: 1,
        movie_linked: 1,
        rating_observed: 1,
        review_written: reviews.results.length,
      });
      expect(await on.letters()).toEqual([]);
      const before = await on.records();
      await on.poll();
      expect(await on.records()).toEqual(before);
    } finally {
      await on.close();
    }
  });

  test('lists of ten years ago have the same form', () => {
    const lines = readFileSync(resolve(FOLDER, 'http-interactions.jsonl'), 'utf8').trim().split('\n');
    const lists = lines
      .map((line) => JSON.parse(line) as { readonly uri: string; readonly status: { readonly code: number }; readonly json: unknown }) // as: its form
      .filter(({ uri, status, json }) => /movie\/(now_playing|popular)/.test(uri) && status.code === 200 && json !== null);
    expect(lists).toHaveLength(2);
    for (const { json } of lists) expect(readPage(json).films.length).toBeGreaterThan(0);
  });
});
