/** Real tables of TMDB: what becomes of each row, against what a plain look at the columns finds. */
import { existsSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { gunzipSync } from 'node:zlib';

import { eventText, judgeEvent, titleIdOfTmdb } from '@rushes/domain';
import { openFileSource, type SourceItem } from '@rushes/speed';
import { emptyState, type EventRow, foldEvent, isFolded, keyOf, popularityByDay } from '@rushes/views';
import { parse } from 'csv-parse/sync';
import { expect, test } from 'vitest';

const DATA = resolve(import.meta.dirname, '../../../../../shared/data');
const [FILMS, REVIEWS] = [resolve(DATA, 'tmdb/tmdb_5000_movies.csv.gz'), resolve(DATA, 'reviews/tmdb_reviews.csv.gz')];
const there = existsSync(FILMS) && existsSync(REVIEWS);
if (!there) process.stdout.write(`tables of TMDB are skipped: they are not in ${DATA}\n`);

const rowsOf = (path: string): readonly Readonly<Record<string, string>>[] => parse(gunzipSync(readFileSync(path)), { columns: true });
const itemsOf = async (path: string): Promise<readonly SourceItem[]> => {
  const items: SourceItem[] = [];
  for await (const item of (await openFileSource(path, { name: 'real', atMs: 0 })).items(0)) items.push(item);
  return items;
};
const payloadOf = (item: SourceItem): Readonly<Record<string, unknown>> =>
  'event' in item ? { ...item.event.payload } : { fault: item.fault };

test.skipIf(!there)('every film has the amounts of its row, and what users think of it', async () => {
  const rows = rowsOf(FILMS);
  const items = await itemsOf(FILMS);
  expect(items).toHaveLength(4803);
  const amount = (dollars = '0') => (dollars === '0' ? null : { cents: Number(dollars) * 100, currency: 'USD' });
  const said = items.map((item) => {
    const { movie_id, title, budget, revenue } = payloadOf(item);
    const observed: Readonly<Record<string, unknown>> = 'further' in item ? { ...item.further?.at(-1)?.event.payload } : {};
    return [movie_id, title, budget, revenue, observed['popularity'], observed['votes']];
  });
  const expected = rows.map(({ id, title, budget, revenue, popularity, vote_count }) => [
    titleIdOfTmdb(Number(id)),
    title,
    amount(budget),
    amount(revenue),
    Number(popularity),
    Number(vote_count),
  ]);
  expect(said).toEqual(expected);
});

test.skipIf(!there)('the popularity of the day on which the table was made is that of each row', async () => {
  const rows = rowsOf(FILMS);
  const states = new Map<string, unknown>();
  for (const [offset, item] of (await itemsOf(FILMS)).entries()) {
    const event = 'further' in item ? item.further?.at(-1)?.event : undefined;
    if (event === undefined) continue;
    const judged = judgeEvent(eventText(event), { topic: 'movie.ratings', key: event.payload.movie_id, appendedAtMs: 0 });
    if ('fault' in judged) throw new Error(judged.fault);
    const row = { ...judged.row, offset, epoch: 1 } as unknown as EventRow; // as: silver rows hold cells alone
    if (isFolded(popularityByDay, row))
      states.set(keyOf(popularityByDay, row), foldEvent(popularityByDay, emptyState(popularityByDay), row).latest?.popularity_e3);
  }
  const expected = rows.map(({ id, popularity }) => [`${titleIdOfTmdb(Number(id))}|0`, Math.round(Number(popularity) * 1000)] as const);
  expect(states.size).toBe(4803);
  expect(states).toEqual(new Map(expected));
});

test.skipIf(!there)('every review has the text of its row', async () => {
  const rows = rowsOf(REVIEWS);
  const items = await itemsOf(REVIEWS);
  expect(items).toHaveLength(1479);
  const said = items.map(payloadOf).map(({ movie_id, text, score }) => [movie_id, text, score]);
  const expected = rows.map(({ movie_id, review = '', rating = '' }) => [
    titleIdOfTmdb(Number(movie_id)),
    // Line ends are those of lines.
    review.replaceAll('\r\n', '\n'),
    rating === '' ? null : Number(rating),
  ]);
  expect(said).toEqual(expected);
});
