/** Folding a micro-batch: absolute states, the same however often and in which pieces the events come. */
import { duplicateFilter } from '@rushes/domain';
import { changeBytes, type EventRecord, MAX_CHANGE_BYTES, type SpeedRow } from '@rushes/ports';
import fc from 'fast-check';
import { expect, test } from 'vitest';

import { foldEvents, judgeRecords, keysOf, placeEvents, rowName } from './fold-batch.ts';

const PARTITION = 'movie.ratings/0';
const EPOCH = 4;
const TARGET = { partition: PARTITION, epoch: EPOCH, generation: 0 } as const;
const BEGIN_MS = Date.UTC(2026, 0, 2);
const movieId = (n: number): string => `00000000-0000-4000-8000-00000000000${n}`;

const record = (offset: number, movie: number, score: number, id = `id ${offset}`): EventRecord => ({
  kind: 'event',
  offset,
  appendedAtMs: BEGIN_MS + offset,
  key: movieId(movie),
  id,
  value: JSON.stringify({
    type: 'rating_given',
    version: 1,
    payload: { movie_id: movieId(movie), score, user: null, at: '2026-01-01T00:00:00Z' },
  }),
});

/** `left`: the states as they were. */
const foldPieces = (records: readonly EventRecord[], left: readonly SpeedRow[] = [], maxBytes = MAX_CHANGE_BYTES) => {
  const { events, rejected, duplicates } = judgeRecords(PARTITION, records, duplicateFilter());
  const placed = placeEvents(TARGET, events);
  const asked = keysOf(placed);
  const known = new Map(left.filter((row) => asked.has(rowName(row))).map((row) => [rowName(row), row]));
  return { pieces: foldEvents(placed, known, maxBytes), rejected, duplicates };
};
const fold = (records: readonly EventRecord[], left: readonly SpeedRow[] = []) => {
  const { pieces, ...rest } = foldPieces(records, left);
  expect(pieces).toHaveLength(1);
  return { rows: pieces[0]?.rows ?? [], touched: pieces[0]?.touched ?? [], ...rest };
};

const byName = (rows: readonly SpeedRow[]) => Object.fromEntries(rows.map((row) => [rowName(row), row]));
const countOf = (rows: readonly SpeedRow[], movie: number): unknown => {
  const row = rows.find(({ view, key }) => view.startsWith('movie_ratings@') && key === movieId(movie));
  return row && (JSON.parse(row.state) as { readonly count: number }).count; // as: the view's state
};

const events = fc
  .array(fc.tuple(fc.nat(2), fc.integer({ min: 2, max: 20 })), { maxLength: 12 })
  .map((given) => given.map(([movie, halves], n) => record(10 + n, movie, halves / 2)));

test('in two pieces, the second perhaps with some of the first again, it comes to the same as in one', async () => {
  await fc.assert(
    fc.asyncProperty(events, fc.nat(12), fc.nat(12), async (given, end, back) => {
      const { rows, rejected } = fold(given);
      expect(rejected).toEqual([]);
      const whole = byName(rows);
      const first = fold(given.slice(0, end)).rows;
      const second = fold(given.slice(Math.max(0, end - back)), first).rows;
      expect({ ...byName(first), ...byName(second) }).toEqual(whole);
    }),
  );
});

test('a state that holds all of the events already is told all the same: its change record may be missing, or be replaced by this one', async () => {
  const given = [record(1, 1, 5), record(2, 2, 6)];
  const { rows } = fold(given.slice(0, 1));
  const again = fold(given, rows);
  expect(countOf(again.rows, 1)).toBeUndefined();
  expect(countOf(again.touched, 1)).toBe(1);
  expect(countOf(again.touched, 2)).toBe(1);
});

test('a state that holds all of the events already is not written again', async () => {
  const given = [record(1, 1, 5), record(2, 1, 6), record(3, 2, 7)];
  const { rows } = fold(given);
  expect(countOf(rows, 1)).toBe(2);
  expect(fold(given, rows).rows).toEqual([]);
  const more = fold([...given, record(4, 1, 8)], rows);
  expect(countOf(more.rows, 1)).toBe(3);
  expect(countOf(more.rows, 2)).toBeUndefined();
});

test('a row says of which events it is: the last offset, and when that was appended', async () => {
  const { rows } = fold([record(1, 1, 5), record(7, 1, 6), record(9, 2, 6)]);
  const ofMovie = rows.filter(({ key }) => key.startsWith(movieId(1)));
  expect(ofMovie.length).toBeGreaterThan(1);
  for (const row of ofMovie)
    expect(row).toMatchObject({ epoch: EPOCH, partition: PARTITION, generation: 0, lastOffset: 7, appendedAtMs: BEGIN_MS + 7 });
});

test('duplicates and events that cannot be used change no state, and are counted', async () => {
  const junk: EventRecord = { ...record(3, 1, 5), value: '{}' };
  const folded = fold([record(1, 1, 5, 'same'), record(2, 1, 9, 'same'), junk]);
  expect(countOf(folded.rows, 1)).toBe(1);
  expect(folded).toMatchObject({ duplicates: 1, rejected: [{ record: junk }] });
});

test('states that come to more than a change record holds are told in pieces, each after all events before it', () => {
  fc.assert(
    fc.property(events, fc.integer({ min: 1, max: 3_000 }), (given, maxBytes) => {
      const whole = fold(given);
      const { pieces } = foldPieces(given, [], maxBytes);
      expect(pieces.flatMap((piece) => piece.events.map(({ offset }) => offset))).toEqual(given.map(({ offset }) => offset));
      expect(byName(pieces.flatMap(({ rows }) => rows))).toEqual(byName(whole.rows));
      let [done, left]: [number, readonly SpeedRow[]] = [0, []];
      for (const { events: own, rows, touched } of pieces) {
        if (own.length > 1) expect(touched.reduce((sum, row) => sum + changeBytes(row), 0)).toBeLessThanOrEqual(maxBytes);
        done += own.length;
        left = Object.values({ ...byName(left), ...byName(rows) });
        expect(byName(left)).toEqual(byName(fold(given.slice(0, done)).rows));
      }
    }),
  );
});
