/** Topics that were changed by others: deleted, made anew, set up otherwise, emptied; and a schema registry that is gone, or holds something else. */
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { eventText, partitionOf, type PartitionId } from '@rushes/domain';
import type { EventLog, Followed } from '@rushes/ports';
import { readLog } from '@rushes/ports/contracts/read-log';
import { afterEach, beforeEach, expect, test } from 'vitest';

import { avroBytes } from './for-tests/avro-bytes.ts';
import { type LogForTests, logForTests, REGISTRY, withAdmin } from './for-tests/kafka-for-tests.ts';
import { sendRaw } from './for-tests/send-raw.ts';
import { openKafkaEventLog } from './index.ts';
import { topicsOf } from './topics.ts';

const RATINGS: PartitionId = 'movie.ratings/3';
const record = (id: string) => ({ partition: RATINGS, key: 'key', id, value: `value of ${id}` });

let logs: LogForTests;
beforeEach(() => {
  logs = logForTests();
});
afterEach(() => logs.dispose());

const caught = (work: Promise<unknown>): Promise<unknown> =>
  work.then(
    (result) => ({ result }),
    (error: unknown) => error,
  );
const topic = (): string => `${logs.prefix}movie.ratings`;

/** The topic's configuration as it is planned: made anew, it differs in nothing but its id. */
const configsOf = (): { name: string; value: string }[] => {
  const plan = topicsOf(logs.prefix, { replicationFactor: 1, minInsyncReplicas: 1 }).plans.find(({ name }) => name === topic());
  return Object.entries(plan?.configs ?? {}).map(([name, value]) => ({ name, value }));
};

test('a topic that was deleted and made anew is another log, for readers and writers that were open, and nobody is told that a record was stored', async () => {
  const log = await logs.open();
  await log.append([record('a'), record('b')]);
  const { next } = await log.bounds();
  const following = caught(
    (async () => {
      for await (const one of log.follow({ [RATINGS]: next[RATINGS] }, new AbortController().signal)) expect(one).toBe('nothing');
    })(),
  );
  const configs = configsOf();
  await withAdmin((admin) => admin.deleteTopics({ topics: [topic()] }));
  await expect
    .poll(() => caught(withAdmin((admin) => admin.createTopics({ topics: [topic()], partitions: 6, replicas: 1, configs }))))
    .not.toBeInstanceOf(Error);
  const another = { name: 'StoreFault', message: expect.stringMatching(/another log|has no topic/) };
  expect(await following).toMatchObject(another);
  for (const work of [
    () => log.append([record('c')]),
    () => log.append([record('c')]),
    () => log.appendBarrier(1),
    () => log.checkWritable(),
    () => log.bounds(),
    () => log.offsetsAtTime({ [RATINGS]: 0 }),
    () => log.trim({ [RATINGS]: 1 }),
    () => readLog(log, RATINGS, 0, 1),
  ])
    expect(await caught(work())).toMatchObject(another);
  const anew = await logs.open();
  expect(anew.id).not.toBe(log.id);
  // What a writer sent before it could know went there once, and was not said to be stored.
  expect((await readLog(anew, RATINGS)).length).toBeLessThanOrEqual(1);
});

test('a topic that is missing is a fault for who reads only', async () => {
  expect(await caught(logs.open({ readOnly: true }))).toMatchObject({
    name: 'StoreFault',
    message: expect.stringContaining(`has no topic ${logs.prefix}movie.metadata`),
  });
  const log = await logs.open();
  const reader = await logs.open({ readOnly: true });
  expect(reader.id).toBe(log.id);
  await log.append([record('a')]);
  expect(await readLog(reader, RATINGS)).toHaveLength(1);
  expect(await caught(reader.append([record('b')]))).toMatchObject({ name: 'StoreFault' });
});

test('topics that are set up otherwise are a fault that names every difference', async () => {
  await withAdmin((admin) =>
    admin.createTopics({
      topics: [topic()],
      partitions: 5,
      replicas: 1,
      configs: [
        { name: 'retention.ms', value: '1000' },
        { name: 'cleanup.policy', value: 'compact' },
      ],
    }),
  );
  const error = await caught(logs.open({ minInsyncReplicas: 1 }));
  expect(error).toMatchObject({ name: 'StoreFault' });
  const { message } = error as Error; // as: just compared
  for (const difference of [
    `${topic()} has 5 partitions, not 6`,
    `${topic()}: retention.ms is 1000, not -1`,
    `${topic()}: cleanup.policy is compact, not delete`,
    `${topic()}: message.timestamp.type is CreateTime, not LogAppendTime`,
    `${topic()}: segment.bytes is 1073741824, not 67108864`,
  ])
    expect(message).toContain(difference);
  expect(message).not.toContain('movie.reviews');
});

test('more replicas than there are brokers, brokers that are not there, and a broker that asks for nothing like TLS are explained', async () => {
  expect(await caught(logs.open({ replicationFactor: 3 }))).toMatchObject({
    name: 'StoreFault',
    message: expect.stringMatching(/replication|broker/i),
  });
  expect(await caught(logs.open({ brokers: ['127.0.0.1:1'] }))).toMatchObject({
    name: 'StoreUnavailable',
    message: expect.stringContaining('out of reach'),
  });
  expect(await caught(logs.open({ brokers: ['no-such-host.invalid:9092'] }))).toMatchObject({
    name: 'StoreUnavailable',
    message: expect.stringContaining('name is not known'),
  });
  expect(await caught(logs.open({ tls: {}, limits: { connectTimeoutMs: 2_000 } }))).toMatchObject({
    name: expect.stringMatching(/^Store/),
  });
  expect(await caught(logs.open({ sasl: { mechanism: 'PLAIN', user: 'u', password: 'secret' } }))).toMatchObject({
    name: 'StoreFault',
    message: expect.not.stringContaining('secret'),
  });
});

test('records that somebody else deleted are a fault of their partition, of a reader that was behind', async () => {
  const log = await logs.open({ limits: { partitionBytes: 1_000, answerBytes: 1_000 } });
  for (let n = 0; n < 40; n++) await log.append([{ ...record(`event ${n}`), value: 'x'.repeat(2_000) }]);
  const seen: Followed[] = [];
  const stop = new AbortController();
  for await (const one of log.follow({ [RATINGS]: 0 }, stop.signal)) {
    if (seen.length === 0)
      await withAdmin((admin) => admin.deleteRecords({ topics: [{ name: topic(), partitions: [{ partition: 3, offset: 30n }] }] }));
    seen.push(one);
    if ('fault' in one) stop.abort();
  }
  const fault = seen.at(-1);
  expect(fault).toMatchObject({ partition: RATINGS, fault: { name: 'OffsetTrimmedError', earliest: 30 } });
});

/** The registry behind an address that can be taken away. */
const registryProxy = async () => {
  const server: Server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const { method = 'GET', url = '' } = request;
      fetch(`${REGISTRY}${url}`, {
        method,
        headers: { 'content-type': 'application/json' },
        ...(chunks.length === 0 ? {} : { body: Buffer.concat(chunks) }),
      })
        .then(async (answer) => response.writeHead(answer.status).end(await answer.text()))
        .catch(() => response.writeHead(502).end());
    });
  });
  const listen = (port: number): Promise<void> => new Promise((resolve) => void server.listen(port, '127.0.0.1', resolve));
  const close = (): Promise<unknown> => {
    server.closeAllConnections();
    return new Promise((resolve) => void server.close(resolve));
  };
  await listen(0);
  const { port } = server.address() as AddressInfo; // as: it listens on a port
  return { url: `http://127.0.0.1:${port}`, close, open: () => listen(port) };
};

test('the registry gone: no log opens; one that is open goes on with what it knows, and waits for a schema that it does not know', async () => {
  const movie_id = '00000000-0000-4000-8000-000000000001';
  const partition = partitionOf('movie.ratings', movie_id);
  const value = eventText({ type: 'rating_given', version: 1, payload: { movie_id, score: 7, user: null, at: '2026-01-01T10:00:00Z' } });
  const proxy = await registryProxy();
  const registry = { url: proxy.url };
  const log = await logs.open({ registry });
  const read = async (from: EventLog) => readLog(from, partition);
  await proxy.close();
  expect(await caught(logs.open({ registry }))).toMatchObject({
    name: 'StoreUnavailable',
    location: proxy.url,
    message: expect.stringContaining('out of reach'),
  });
  await log.append([{ partition, key: movie_id, id: 'a', value }]);
  expect(await read(log)).toMatchObject([{ id: 'a', value }]);

  // Another program writes with a schema of its own, as a newer version of this one would.
  const { schema } = (await (await fetch(`${REGISTRY}/subjects/${logs.prefix}movie.ratings-value/versions/latest`)).json()) as {
    schema: string;
  }; // as: the registry's answer
  const newer = JSON.parse(schema) as { fields: { type: { fields: unknown[] }[] }[] }; // as: our own schema
  newer.fields[0]?.type[0]?.fields.push({ name: 'device', type: ['null', 'string'], default: null });
  const { id } = (await (
    await fetch(`${REGISTRY}/subjects/${logs.prefix}movie.ratings-value/versions`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ schema: JSON.stringify(newer) }),
    })
  ).json()) as { id: number }; // as: the registry's answer
  const body = avroBytes(JSON.stringify(newer), {
    event: { 'rushes.events.RatingGivenV1': { movie_id, score: 8, user: null, at: '2026-01-01T10:00:00Z', device: { string: 'tv' } } },
  });
  const head = Buffer.alloc(5);
  head.writeUInt32BE(id, 1);
  await sendRaw({ topic: topic(), partition: Number(partition.split('/')[1]), key: movie_id, value: Buffer.concat([head, body]) });
  expect(await caught(read(log))).toMatchObject({ name: 'StoreUnavailable', location: proxy.url });
  await proxy.open();
  expect(await read(log)).toMatchObject([{ id: 'a' }, { value: value.replace('"score":7', '"score":8') }]);
  await proxy.close();
  expect(await read(log)).toHaveLength(2);
});

test('a registry that has lost the schemas of records that are there stops the log', async () => {
  const log = await logs.open();
  await log.append([record('a')]);
  for (const query of ['', '?permanent=true'])
    await fetch(`${REGISTRY}/subjects/${logs.prefix}movie.ratings-value${query}`, { method: 'DELETE' });
  expect(await caught(logs.open())).toMatchObject({
    name: 'StoreFault',
    message: expect.stringContaining(`does not know ${logs.prefix}movie.ratings-value`),
  });
});

const putSchema = async (subject: string, change: (schema: string) => string, from: string): Promise<void> => {
  const { schema } = (await (await fetch(`${REGISTRY}/subjects/${from}/versions/latest`)).json()) as { schema: string }; // as: the registry's answer
  const answer = await fetch(`${REGISTRY}/subjects/${subject}/versions`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ schema: change(schema) }),
  });
  expect(answer.status).toBe(200);
};

test('a schema of ours that would make records unreadable stops the log, with the subject and the field', async () => {
  const others = logForTests();
  try {
    await others.open();
    await putSchema(
      `${logs.prefix}movie.ratings-value`,
      (schema) => schema.replace('"name":"score"', '"name":"points"'),
      `${others.prefix}movie.ratings-value`,
    );
    const error = await caught(logs.open());
    expect(error).toMatchObject({ name: 'StoreFault', message: expect.stringContaining(`${logs.prefix}movie.ratings-value`) });
    expect((error as Error).message).toContain('score'); // as: just compared
  } finally {
    await others.dispose();
  }
});

test('a registry that keeps no compatibility is a fault', async () => {
  const others = logForTests();
  try {
    await others.open();
    const subject = `${logs.prefix}movie.reviews-value`;
    await putSchema(subject, (schema) => schema.replace('"name":"author"', '"name":"writer"'), `${others.prefix}movie.reviews-value`);
    await fetch(`${REGISTRY}/config/${subject}`, {
      method: 'PUT',
      headers: { 'content-type': 'application/json' },
      body: '{"compatibility":"NONE"}',
    });
    expect(await caught(logs.open())).toMatchObject({
      name: 'StoreFault',
      message: expect.stringContaining(`compatibility NONE for ${subject}`),
    });
  } finally {
    await others.dispose();
  }
});

test('an option that cannot be is refused before anything is asked', async () => {
  const options = { brokers: ['127.0.0.1:1'], registry: { url: REGISTRY } };
  await expect(openKafkaEventLog({ ...options, retentionMs: 1 })).rejects.toThrow(/at least/);
  await expect(openKafkaEventLog({ ...options, brokers: [] })).rejects.toThrow(/at least one broker/);
  await expect(openKafkaEventLog({ ...options, topicPrefix: 'a/b' })).rejects.toThrow(/prefix/);
});
