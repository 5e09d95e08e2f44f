/** Every version that events ever had lies in one log: each is archived as it is and typed as its version says, and one that is not known is told. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { type MovieEvent, partitionOf, type Topic } from '@rushes/domain';
import { afterAll, beforeAll, expect, test } from 'vitest';

import { readParquet } from '../golden/parquet-rows.ts';
import { openCase, type OpenedCase } from './opened-case.ts';

interface Recorded {
  readonly topic: Topic;
  readonly sample: MovieEvent;
}
const text = readFileSync(new URL('../../libs/domain/src/events/event-versions.recorded.json', import.meta.url), 'utf8');
const recorded = Object.entries(JSON.parse(text) as Readonly<Record<string, Recorded>>); // as: its form

const MOVIE = recorded[0]?.[1].sample.payload.movie_id ?? '';
const record = (topic: Topic, id: string, value: string) => ({ partition: partitionOf(topic, MOVIE), key: MOVIE, id, value });
const RECORDS = recorded.map(([name, { topic, sample }]) => record(topic, name, JSON.stringify(sample)));
const LATER = record('movie.metadata', 'later', JSON.stringify({ type: 'movie_changed', version: 99 }));

let on: OpenedCase;
beforeAll(async () => {
  on = await openCase();
  // With a run between: later versions join what earlier ones left.
  const isFirst = ({ id }: { readonly id: string }): boolean => id.endsWith(' 1');
  await on.append(...RECORDS.filter(isFirst));
  await on.data.run();
  await on.append(...RECORDS.filter((one) => !isFirst(one)), LATER);
  await on.data.run();
});
afterAll(() => on.close());

test('the archive has each record byte for byte', async () => {
  const files = (await on.keys('bronze/log/')).filter((key) => key.endsWith('.parquet'));
  const read = await Promise.all(files.map((key) => readParquet(join(on.data.root, 'lake', key))));
  const archived = new Map(read.flatMap(({ rows }) => rows.map(({ id, value }) => [id, value])));
  expect([...archived]).toEqual(expect.arrayContaining([...RECORDS, LATER].map(({ id, value }) => [id, value])));
});

test('each is typed; what a version cannot say, it says nothing of', async () => {
  const typed = new Map((await on.reader.rows(await on.data.current(), 'silver.metadata_events')).map((row) => [row['id'], row]));
  expect(typed.get('movie_added 1')).toMatchObject({
    title: 'A',
    budget_cents: null,
    sets_title: true,
    sets_budget: false,
    sets_keywords: false,
  });
  expect(typed.get('movie_added 2')).toMatchObject({
    title: 'A',
    budget_cents: 23_700_000_000,
    sets_budget: true,
    sets_revenue: true,
    keywords: 'sea\u001fheist',
  });
  expect(typed.get('movie_changed 2')).toMatchObject({ revenue_cents: 1, sets_revenue: true, sets_title: false, sets_budget: false });
});

test('a version that is not known is in quarantine, with its reason and its text', async () => {
  const rows = await on.reader.rows(await on.data.current(), 'silver.event_quarantine');
  expect(rows).toMatchObject([{ id: 'later', reason: 'unknown version 99 of movie_changed', raw: LATER.value }]);
});

test('the states are those of a plain fold of all of them', async () => {
  const told = await on.told();
  expect(told['movie_records']?.[MOVIE]).toMatchObject({
    tmdb_budget: { budget_cents: 23_700_000_000 },
    tmdb_revenue: { revenue_cents: 1 },
  });
  expect(told).toEqual(await on.plain());
});
