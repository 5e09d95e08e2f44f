import { readFileSync } from 'node:fs';

import { eventText, type MovieEvent, type Topic, TOPICS } from '@rushes/domain';
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';

import { avroBytes } from '../for-tests/avro-bytes.ts';
import { avroType } from './bounded-types.ts';
import { branchesOf } from './event-schemas.ts';
import { HEAD_BYTES, topicCodec, UnusableError } from './topic-codec.ts';

const movie_id = '00000000-0000-4000-8000-000000000001';
const at = '2026-01-01T10:00:00Z';
const METADATA = topicCodec('movie.metadata');
const RATINGS = topicCodec('movie.ratings');
const REVIEWS = topicCodec('movie.reviews');

const recordedText = readFileSync(new URL('../../../../domain/src/events/event-versions.recorded.json', import.meta.url), 'utf8');
/** An event of each version. */
const RECORDED = Object.values(
  JSON.parse(recordedText) as Readonly<Record<string, { readonly topic: Topic; readonly sample: MovieEvent }>>, // as: its form
).map(({ topic, sample }) => [topicCodec(topic), sample] as const);

const EVENTS: readonly (readonly [typeof METADATA, MovieEvent])[] = [
  ...RECORDED,
  [
    METADATA,
    {
      type: 'movie_added',
      version: 1,
      payload: {
        movie_id,
        tconst: null,
        source: 'tmdb',
        at,
        title: 'Ä 🎬',
        genres: ['a', 'b'],
        year: 2020,
        runtime_minutes: null,
        rating: 7.1,
      },
    },
  ],
  [METADATA, { type: 'movie_changed', version: 1, payload: { movie_id, source: 'posted', at, changes: { rating: null, year: 1999 } } }],
  [
    METADATA,
    {
      type: 'movie_changed',
      version: 1,
      payload: { movie_id, source: 'posted', at, changes: { title: 'x', genres: [], runtime_minutes: null } },
    },
  ],
  [
    METADATA,
    {
      type: 'movie_added',
      version: 2,
      payload: {
        movie_id,
        tconst: null,
        source: 'tmdb',
        at,
        title: 'Ä 🎬',
        genres: [],
        year: null,
        runtime_minutes: null,
        rating: null,
        budget: { cents: 10 ** 14, currency: 'USD' },
        revenue: null,
        keywords: ['a', 'b, "c"'],
      },
    },
  ],
  [
    METADATA,
    {
      type: 'movie_changed',
      version: 2,
      payload: { movie_id, source: 'tmdb', at, changes: { title: 'x', budget: null, revenue: { cents: 1, currency: 'USD' } } },
    },
  ],
  [METADATA, { type: 'movie_linked', version: 1, payload: { movie_id, source: 'tmdb', at, tmdb_id: 2 ** 31 - 1 } }],
  [METADATA, { type: 'movie_linked', version: 1, payload: { movie_id, source: 'tmdb', at, tmdb_id: null } }],
  [RATINGS, { type: 'rating_given', version: 1, payload: { movie_id, score: 9.5, user: 'somebody', at } }],
  [
    RATINGS,
    { type: 'rating_observed', version: 1, payload: { movie_id, source: 'imdb', average: 8.7, votes: 2 ** 40, popularity: 12.5, at } },
  ],
  [REVIEWS, { type: 'review_written', version: 1, payload: { movie_id, text: 'Fine.\u0000', author: null, score: 6, at } }],
];

/** The same schema after a change of its JSON. */
const changed = (schemaText: string, change: (schema: Json) => void): string => {
  const schema = JSON.parse(schemaText) as Json; // as: made here
  change(schema);
  return JSON.stringify(schema);
};
type Json = { fields: { name: string; type: { name: string; fields: { name: string; type: unknown }[] }[] }[] };
const branch = (schema: Json, name: string) => {
  const found = schema.fields[0]?.type.find((one) => one.name.endsWith(name));
  if (found === undefined) throw new Error(name);
  return found;
};

test.each(EVENTS)('an event is written with its type, and read as it was', (codec, event) => {
  const { bytes, type } = codec.write(eventText(event), 258);
  expect(type).toBe(event.type);
  expect([...bytes.subarray(0, HEAD_BYTES)]).toEqual([0, 0, 0, 1, 2]);
  expect(codec.readerOf(codec.schemaText)(bytes)).toEqual({ text: eventText(event), type });
});

test('there is an event of every type among these', () => {
  expect(new Set(EVENTS.map(([, { type, version }]) => `${type} ${version}`))).toEqual(
    new Set(TOPICS.flatMap((topic) => branchesOf(topic).map(({ type, version }) => `${type} ${version}`))),
  );
});

describe('any other text comes back as it was', () => {
  const given = eventText({ type: 'rating_given', version: 1, payload: { movie_id, score: 9.5, user: null, at } });
  test.each([
    ['members in another order', '{"version":1,"type":"rating_given","payload":{}}'],
    ['another order within', given.replace(/("movie_id":"[^"]*"),("score":9.5)/, '$2,$1')],
    ['white space', `${given} `],
    ['a number in another form', given.replace('9.5', '9.50')],
    ['minus zero', given.replace('9.5', '-0')],
    ['an unknown member', given.replace('"user"', '"more":1,"user"')],
    ['a member that is missing', given.replace('"user":null,', '')],
    ['a value of another type', given.replace('9.5', '"9.5"')],
    ['an unknown type', '{"type":"x","version":1,"payload":{}}'],
    [
      'a type of another topic',
      eventText({ type: 'review_written', version: 1, payload: { movie_id, text: 'x', author: null, score: null, at } }),
    ],
    ['no object', 'null'],
    ['nothing', ''],
  ])('%s', (_, text) => {
    const { bytes, type } = RATINGS.write(text, 1);
    expect(type).toBeUndefined();
    expect(RATINGS.readerOf(RATINGS.schemaText)(bytes)).toEqual({ text, type: undefined });
  });

  test('whatever it is', () => {
    const read = METADATA.readerOf(METADATA.schemaText);
    const texts = fc.oneof(fc.string({ unit: 'binary' }), fc.json(), fc.constantFrom(...EVENTS.map(([, event]) => eventText(event))));
    fc.assert(
      fc.property(texts, (text) => {
        expect(read(METADATA.write(text, 1).bytes).text).toBe(text);
      }),
    );
  });
});

describe('what others wrote', () => {
  const read = RATINGS.readerOf(RATINGS.schemaText);
  const { bytes } = RATINGS.write(eventText({ type: 'rating_given', version: 1, payload: { movie_id, score: 9.5, user: 'us', at } }), 1);

  test('trailing bytes, bytes that are missing and a branch that there is not are unusable', () => {
    expect(() => read(Buffer.concat([bytes, Buffer.from([0])]))).toThrow(UnusableError);
    for (let length = HEAD_BYTES; length < bytes.length; length++) expect(() => read(bytes.subarray(0, length))).toThrow(UnusableError);
    expect(() => read(Buffer.from([0, 0, 0, 0, 1, 100]))).toThrow(UnusableError);
  });

  test('bytes that are no UTF-8 are unusable', () => {
    const broken = Buffer.from(bytes);
    broken[broken.indexOf('us')] = 0xff;
    expect(() => read(broken)).toThrow(/UTF-8/);
  });

  test('any bytes either are unusable or give a text, soon', () => {
    for (const codec of [METADATA, RATINGS, REVIEWS]) {
      const readAny = codec.readerOf(codec.schemaText);
      fc.assert(
        fc.property(fc.nat({ max: 3 }), fc.uint8Array({ maxLength: 80 }), (index, body) => {
          let text: string | undefined;
          try {
            ({ text } = readAny(Buffer.from([0, 0, 0, 0, 1, index * 2, ...body])));
          } catch (error) {
            expect(error).toBeInstanceOf(UnusableError);
            return;
          }
          expect(text.isWellFormed()).toBe(true);
        }),
        { numRuns: 3_000 },
      );
    }
  });

  test('a list that claims more items than there are bytes is refused at once', () => {
    const huge = Buffer.from([0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0xfe, 0xff, 0xff, 0xff, 0xff, 0x7f]);
    expect(() => METADATA.readerOf(METADATA.schemaText)(huge)).toThrow(/items in/);
  });

  test('records that were written before there was a version are read as they were', () => {
    const before = changed(METADATA.schemaText, (schema) => {
      for (const field of schema.fields) field.type = field.type.filter(({ name }) => !/V[2-9]$/.test(name));
    });
    expect(METADATA.mismatches(before)).toEqual([]);
    // What the registry's BACKWARD asks: whoever has the schema of now can read what was written with that of before.
    expect(() => avroType(JSON.parse(METADATA.schemaText)).createResolver(avroType(JSON.parse(before)))).not.toThrow();
    const added = {
      movie_id,
      tconst: null,
      source: 'tmdb' as const,
      at,
      title: 'A',
      genres: ['b'],
      year: 2020,
      runtime_minutes: null,
      rating: 7.1,
    };
    const written = { ...added, year: { int: 2020 }, rating: { double: 7.1 } };
    const body = avroBytes(before, { event: { 'rushes.events.MovieAddedV1': written } });
    const bytesOf1 = Buffer.concat([Buffer.alloc(HEAD_BYTES), body]);
    const text = eventText({ type: 'movie_added', version: 1, payload: added });
    expect(METADATA.readerOf(before)(bytesOf1).text).toBe(text);
  });

  test('another form of a branch is read as ours where it fits: a member that is missing there and has a default, one that is not ours', () => {
    const older = changed(RATINGS.schemaText, (schema) => {
      const given = branch(schema, 'RatingGivenV1');
      given.fields = [...given.fields.filter(({ name }) => name !== 'user'), { name: 'device', type: 'string' }];
    });
    const body = avroBytes(older, { event: { 'rushes.events.RatingGivenV1': { movie_id, score: 7, at, device: 'tv' } } });
    expect(RATINGS.readerOf(older)(Buffer.concat([Buffer.alloc(HEAD_BYTES), body])).text).toBe(
      eventText({ type: 'rating_given', version: 1, payload: { movie_id, score: 7, user: null, at } }),
    );
  });

  test('a branch that we do not know, or whose form does not fit, makes only its own records unusable', () => {
    const other = changed(RATINGS.schemaText, (schema) => {
      const observed = branch(schema, 'RatingObservedV1');
      observed.fields = observed.fields.map((field) => (field.name === 'votes' ? { ...field, type: 'string' } : field));
      schema.fields[0]?.type.push({ name: 'rushes.events.RatingGivenV2', type: 'record', fields: [] } as never); // as never: a record
    });
    const reader = RATINGS.readerOf(other);
    const readOf = (name: string, value: unknown) => () =>
      reader(Buffer.concat([Buffer.alloc(HEAD_BYTES), avroBytes(other, { event: { [`rushes.events.${name}`]: value } })]));
    expect(readOf('RatingGivenV1', { movie_id, score: 7, user: null, at })().type).toBe('rating_given');
    expect(readOf('RatingObservedV1', { movie_id, source: 'imdb', average: 1, votes: '1', popularity: null, at })).toThrow(
      /RatingObservedV1/,
    );
    expect(readOf('RatingGivenV2', {})).toThrow('unknown kind of event rushes.events.RatingGivenV2');
  });

  test.each([
    ['no JSON', '{', /cannot be read/],
    ['no Avro', '{"type":"x"}', /cannot be read/],
    ['a text', '"string"', /no member `event`/],
    ['an event that is no union', '{"type":"record","name":"R","fields":[{"name":"event","type":"string"}]}', /no member `event`/],
  ])('with a schema that is %s cannot be used', (_, schema, reason) => {
    expect(() => RATINGS.readerOf(schema)).toThrow(reason);
  });
});
