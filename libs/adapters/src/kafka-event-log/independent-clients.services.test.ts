/** Our topics for a program that knows nothing of this one: another client, and Avro by the schema registry. */
import { SchemaRegistry } from '@kafkajs/confluent-schema-registry';
import { eventText, judgeEvent, type MovieEvent, partitionOf, TOPICS } from '@rushes/domain';
import type { EventLog, EventRecord } from '@rushes/ports';
import { readLog } from '@rushes/ports/contracts/read-log';
import kafkajs, { type Consumer, type KafkaMessage, type Message } from 'kafkajs';
import { afterAll, beforeAll, expect, test } from 'vitest';

import { BROKER, logForTests, REGISTRY, removeSubject } from './for-tests/kafka-for-tests.ts';

const logs = logForTests();
const kafka = new kafkajs.Kafka({ clientId: 'another', brokers: [BROKER], logLevel: kafkajs.logLevel.NOTHING });
const producer = kafka.producer({ allowAutoTopicCreation: false });
const registry = new SchemaRegistry({ host: REGISTRY });
const otherSubject = `${logs.prefix}other-value`;
const movie_id = '00000000-0000-4000-8000-000000000001';
const at = '2026-01-01T10:00:00Z';
const partition = partitionOf('movie.ratings', movie_id);
const topic = `${logs.prefix}movie.ratings`;
const index = Number(partition.split('/')[1]);

const consumers: Consumer[] = [];
let log: EventLog;
beforeAll(async () => {
  log = await logs.open();
  await producer.connect();
});
afterAll(async () => {
  for (const consumer of consumers) await consumer.disconnect();
  await producer.disconnect();
  await logs.dispose();
  await removeSubject(otherSubject);
});

const send = async (message: Message): Promise<void> =>
  void (await producer.send({ topic, messages: [{ partition: index, key: movie_id, ...message }] }));

const encode = async (branch: string, value: object): Promise<Buffer> => {
  const id = await registry.getLatestSchemaId(`${topic}-value`);
  return registry.encode(id, { event: { [`rushes.events.${branch}`]: value } });
};

const lastRecord = async (of = partition): Promise<EventRecord> => {
  const record = (await readLog(log, of)).at(-1);
  if (record?.kind !== 'event') throw new Error('no event');
  return record;
};

const judge = ({ key, value, appendedAtMs }: EventRecord) => judgeEvent(value, { topic: 'movie.ratings', key, appendedAtMs });

test('its ratings are typed events of the log', async () => {
  await send({ value: await encode('RatingGivenV1', { movie_id, score: 7.5, user: 'another', at }), headers: { 'rushes-id': 'their id' } });
  const given = await lastRecord();
  expect(given).toMatchObject({
    id: 'their id',
    key: movie_id,
    value: eventText({ type: 'rating_given', version: 1, payload: { movie_id, score: 7.5, user: 'another', at } }),
  });
  expect(judge(given)).toMatchObject({ row: { score_tenths: 75 } });
  await send({ value: await encode('RatingObservedV1', { movie_id, source: 'tmdb', average: 6.1, votes: 12, popularity: null, at }) });
  const observed = await lastRecord();
  expect(observed.id).toBe(`kafka/${partition}/${observed.offset}`);
  expect(judge(observed)).toMatchObject({ row: { votes: 12, source: 'tmdb' } });
});

test('a rating that no schema of ours allows is judged as it is', async () => {
  await send({ value: await encode('RatingGivenV1', { movie_id, score: 11, user: null, at }) });
  expect(judge(await lastRecord())).toEqual({ fault: expect.stringContaining('/score') });
});

test('what is no record of ours comes out with the reason and its bytes, in order, and holds up nothing', async () => {
  const good = await encode('RatingGivenV1', { movie_id, score: 7, user: null, at });
  const other = await registry.register(
    { type: 'AVRO' as never, schema: '{"type":"record","name":"o.Other","fields":[{"name":"x","type":"int"}]}' },
    { subject: otherSubject },
  ); // as never: an enumeration of the library's
  const malformed: readonly (readonly [Message, RegExp])[] = [
    [{ value: Buffer.from('{"type":"rating_given"}') }, /not Avro in the wire format/],
    [{ value: Buffer.alloc(3) }, /not Avro in the wire format/],
    [{ value: Buffer.from([0, 0x7f, 0xff, 0xff, 0xff, 0]) }, /does not know its schema 2147483647/],
    [{ value: Buffer.concat([good, Buffer.from([1])]) }, /trailing data/],
    [{ value: good.subarray(0, -3) }, /does not decode by its schema/],
    [{ value: await registry.encode(other.id, { x: 1 }) }, /no member `event`/],
    [{ value: null }, /no value, and is no barrier/],
    [{ value: null, headers: { 'rushes-barrier': '-1' } }, /no value, and is no barrier/],
    [{ value: good, key: null }, /key is no text/],
    [{ value: good, key: Buffer.from([0xff]) }, /key is no text/],
    [{ value: good, partition: (index + 1) % 6 }, /belongs into movie\.ratings\//],
  ];
  for (const [message, reason] of malformed) {
    await send(message);
    const record = await lastRecord(message.partition === undefined ? partition : `movie.ratings/${message.partition}`);
    expect(judge(record)).toEqual({ fault: expect.stringMatching(reason) });
    const { value } = message;
    expect(JSON.parse(record.value)).toMatchObject({ base64: value === null ? null : Buffer.from(value).toString('base64') });
  }
  await send({ value: good });
  expect(judge(await lastRecord())).toHaveProperty('row');
});

test('a text that holds an event is not taken from a partition that its movie does not belong to', async () => {
  const event: MovieEvent = { type: 'rating_given', version: 1, payload: { movie_id, score: 7, user: null, at } };
  await send({ value: await encode('Text', { text: `${eventText(event)} ` }), partition: (index + 1) % 6 });
  expect(judge(await lastRecord(`movie.ratings/${(index + 1) % 6}`))).toEqual({ fault: expect.stringContaining('belongs into') });
  await send({ value: await encode('Text', { text: `${eventText(event)} ` }) });
  expect(judge(await lastRecord())).toHaveProperty('row');
});

test('it reads what we write, by the schemas in the registry', async () => {
  const events: readonly MovieEvent[] = [
    { type: 'movie_changed', version: 1, payload: { movie_id, source: 'posted', at, changes: { year: null, title: 'Ä' } } },
    { type: 'rating_given', version: 1, payload: { movie_id, score: 7, user: null, at } },
    { type: 'review_written', version: 1, payload: { movie_id, text: 'Fine.', author: 'x', score: 6.5, at } },
  ];
  const topicOfType = { movie_changed: 'movie.metadata', rating_given: 'movie.ratings', review_written: 'movie.reviews' } as const;
  for (const event of events)
    await log.append([
      {
        partition: partitionOf(topicOfType[event.type as keyof typeof topicOfType], movie_id),
        key: movie_id,
        id: `our ${event.type}`,
        value: eventText(event),
      },
    ]); // as: one of these three
  await log.appendBarrier(7);
  const seen: KafkaMessage[] = [];
  const consumer = kafka.consumer({ groupId: `${logs.prefix}group` });
  consumers.push(consumer);
  await consumer.connect();
  await consumer.subscribe({ topics: TOPICS.map((name) => `${logs.prefix}${name}`), fromBeginning: true });
  await consumer.run({ eachMessage: async ({ message }) => void seen.push(message) });
  const headerOf = ({ headers }: KafkaMessage, name: string) => headers?.[name]?.toString();
  const ofType = (type: string) => seen.find((message) => headerOf(message, 'rushes-id') === `our ${type}`);
  await expect.poll(() => events.filter(({ type }) => ofType(type) !== undefined).length).toBe(events.length);
  const decoded: unknown[] = [];
  for (const { type } of events) {
    const message = ofType(type);
    expect(message?.key?.toString()).toBe(movie_id);
    expect(message === undefined ? undefined : headerOf(message, 'rushes-type')).toBe(type);
    decoded.push(JSON.parse(JSON.stringify(await registry.decode(message?.value ?? Buffer.alloc(0)))));
  }
  expect(decoded).toEqual([
    {
      event: {
        'rushes.events.MovieChangedV1': {
          movie_id,
          source: 'posted',
          at,
          changes: { title: 'Ä', genres: null, year: { value: null }, runtime_minutes: null, rating: null },
        },
      },
    },
    { event: { 'rushes.events.RatingGivenV1': { movie_id, score: 7, user: null, at } } },
    { event: { 'rushes.events.ReviewWrittenV1': { movie_id, text: 'Fine.', author: 'x', score: 6.5, at } } },
  ]);
  await expect.poll(() => seen.filter((message) => headerOf(message, 'rushes-barrier') === '7').length).toBe(18);
});

test('a position whose records are gone: kafkajs goes on somewhere else without a word, this log says so', async () => {
  const own = logForTests();
  try {
    const lost = await own.open();
    const value = (n: number) => ({ partition, key: 'key', id: `id ${n}`, value: `value ${n}` });
    await lost.append(Array.from({ length: 20 }, (_, n) => value(n)));
    own.advance(lost.retentionMs + 3_600_000);
    await lost.trim({ [partition]: 12 });
    for (const position of [3, 500]) {
      const consumer = kafka.consumer({ groupId: `${own.prefix}${position}` });
      consumers.push(consumer);
      await consumer.connect();
      await consumer.subscribe({ topics: [`${own.prefix}movie.ratings`], fromBeginning: true });
      const offsets: number[] = [];
      await consumer.run({
        eachMessage: async ({ partition: from, message }) => void (from === index && offsets.push(Number(message.offset))),
      });
      consumer.seek({ topic: `${own.prefix}movie.ratings`, partition: index, offset: String(position) });
      await expect.poll(() => offsets[0]).toBe(12);
      const read = readLog(lost, partition, position, position + 1);
      await expect(read).rejects.toMatchObject(
        position === 3 ? { name: 'OffsetTrimmedError', earliest: 12 } : { name: 'LogTruncatedError', next: 20 },
      );
    }
  } finally {
    await own.dispose();
  }
});
