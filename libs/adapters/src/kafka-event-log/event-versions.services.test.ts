/**
 * A topic that another release wrote before there was a version: the registry takes the schema that has it, by its own BACKWARD check; what lies there is read as it
 * was, and the new version beside it.
 */
import { readFileSync } from 'node:fs';

import { SchemaRegistry, SchemaType } from '@kafkajs/confluent-schema-registry';
import { eventText, type MovieEvent, partitionOf } from '@rushes/domain';
import { readLog } from '@rushes/ports/contracts/read-log';
import kafkajs from 'kafkajs';
import { afterAll, expect, test } from 'vitest';

import { topicCodec } from './avro/topic-codec.ts';
import { BROKER, logForTests, REGISTRY } from './for-tests/kafka-for-tests.ts';

const logs = logForTests();
const registry = new SchemaRegistry({ host: REGISTRY });
const producer = new kafkajs.Kafka({ clientId: 'before', brokers: [BROKER], logLevel: kafkajs.logLevel.NOTHING }).producer();
afterAll(async () => {
  await producer.disconnect();
  await logs.dispose();
});

const movie_id = '00000000-0000-4000-8000-000000000001';
const at = '2026-01-01T10:00:00Z';
const partition = partitionOf('movie.metadata', movie_id);
const topic = `${logs.prefix}movie.metadata`;
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

type Json = { fields: { type: { name: string }[] }[] };
/** The schema without the versions that came later. */
const before = (): string => {
  const schema = JSON.parse(topicCodec('movie.metadata').schemaText) as Json; // as: made by the codec
  for (const field of schema.fields) field.type = field.type.filter(({ name }) => !/V[2-9]$/.test(name));
  return JSON.stringify(schema);
};

test('old records and new ones are read beside one another', async () => {
  // The registry had the schema of before, and the topic a record by it.
  const subject = `${topic}-value`;
  const { id } = await registry.register({ type: SchemaType.AVRO, schema: before() }, { subject });
  await (await logs.open({ registry: { url: REGISTRY } })).close();
  await producer.connect();
  const value = await registry.encode(id, {
    event: { 'rushes.events.MovieAddedV1': added },
  });
  const headers = { 'rushes-id': 'old' };
  await producer.send({ topic, messages: [{ partition: Number(partition.split('/')[1]), key: movie_id, value, headers }] });

  const log = await logs.open();
  const versions = await fetch(`${REGISTRY}/subjects/${subject}/versions`);
  expect(await versions.json()).toEqual([1, 2]);
  const text = readFileSync(new URL('../../../domain/src/events/event-versions.recorded.json', import.meta.url), 'utf8');
  const recorded = JSON.parse(text) as Readonly<Record<string, { readonly sample: MovieEvent }>>; // as: its form
  const samples = ['movie_added 2', 'movie_changed 2'].flatMap((name) => recorded[name]?.sample ?? []);
  await log.append(samples.map((sample) => ({ partition, key: movie_id, id: `new ${sample.type}`, value: eventText(sample) })));
  const records = await readLog(log, partition);
  expect(records.map((record) => (record.kind === 'event' ? record.value : undefined))).toEqual([
    eventText({ type: 'movie_added', version: 1, payload: added }),
    ...samples.map((sample) => eventText(sample)),
  ]);
});
