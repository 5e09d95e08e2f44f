import * as fc from 'fast-check';
import { expect, test } from 'vitest';

import { eventText } from './event-text.ts';
import type { MovieEvent } from './event-schemas.ts';

const movie_id = '00000000-0000-4000-8000-000000000001';
const at = '2026-01-01T10:00:00Z';

const CHANGED: MovieEvent = {
  type: 'movie_changed',
  version: 1,
  payload: { movie_id, source: 'tmdb', at, changes: { title: 'A', genres: ['x'], year: null, rating: 7.1 } },
};
const TEXT =
  `{"type":"movie_changed","version":1,"payload":{"movie_id":"${movie_id}","source":"tmdb","at":"${at}",` +
  '"changes":{"title":"A","genres":["x"],"year":null,"rating":7.1}}}';

const shuffled = <Value>(value: Value): fc.Arbitrary<Value> => {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return fc.constant(value);
  const names = Object.keys(value);
  return fc
    .tuple(
      fc.shuffledSubarray(names, { minLength: names.length }),
      fc.record(Object.fromEntries(Object.entries(value).map(([name, one]) => [name, shuffled(one as unknown)]))),
    )
    .map(
      ([order, members]) => Object.fromEntries(order.map((name) => [name, members[name]])) as Value, // as: the same members
    );
};

/** With an amount: an object in an object, which may be null. */
const CHANGED_2: MovieEvent = {
  type: 'movie_changed',
  version: 2,
  payload: { movie_id, source: 'tmdb', at, changes: { title: 'A', budget: { cents: 5, currency: 'USD' }, revenue: null, keywords: ['k'] } },
};
const TEXT_2 =
  `{"type":"movie_changed","version":2,"payload":{"movie_id":"${movie_id}","source":"tmdb","at":"${at}",` +
  '"changes":{"title":"A","budget":{"cents":5,"currency":"USD"},"revenue":null,"keywords":["k"]}}}';

test.each([
  [CHANGED, TEXT],
  [CHANGED_2, TEXT_2],
])('an event has one text, in whatever order its members come', (event, text) => {
  expect(eventText(event)).toBe(text);
  fc.assert(
    fc.property(shuffled(event), (one) => {
      expect(eventText(one)).toBe(text);
    }),
  );
});

test.each([
  [
    'members that the schema does not have',
    '{"type":"rating_given","version":1,"payload":{"movie_id":"x","more":[{"b":1,"a":2}],"__proto__":3}}',
  ],
  ['an unknown type', '{"type":"other","version":1,"payload":{"b":1,"a":2}}'],
  ['the name of a method as type', '{"type":"toString","version":1,"payload":{"b":1,"a":2}}'],
  ['an unknown version', '{"type":"rating_given","version":9,"payload":{"at":1,"movie_id":2}}'],
  ['a payload that is no object', '{"type":"rating_given","version":1,"payload":[1]}'],
  ['none of it', '{"payload":null}'],
])('%s stay for the judgment to see', (_, text) => {
  expect(eventText(JSON.parse(text) as MovieEvent)).toBe(text); // as: nothing of it is believed
});
