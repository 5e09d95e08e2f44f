import { DEAD_LETTERS, PARTITIONS, type PartitionId } from '@rushes/domain';
import { StoreFault, StoreUnavailable } from '@rushes/ports';
import { describe, expect, test } from 'vitest';

import { clusterView, type Metadata, missingTopics, requireSameLog, requireSameTopics } from './cluster-view.ts';
import { differences } from './topic-check.ts';
import { topicsOf } from './topics.ts';
import { requireWritable } from './writable.ts';

const TOPICS = topicsOf('p-', { replicationFactor: 3, minInsyncReplicas: 2 });

const metadata = (change: (topic: Metadata['topics'][number]) => Partial<Metadata['topics'][number]> = () => ({})): Metadata => ({
  clusterId: 'cluster',
  brokers: [{ nodeId: 1, host: 'a', port: 1 }],
  topics: TOPICS.plans.map(({ name, partitions }) => {
    const topic = {
      name,
      topicId: `id of ${name}`,
      errorCode: 0,
      topicAuthorizedOperations: 0xffff,
      partitions: Array.from({ length: partitions }, (_, n) => ({
        partitionIndex: n,
        leaderId: 1,
        isrNodes: [1, 2, 3],
        replicaNodes: [1, 2, 3],
      })),
    };
    return { ...topic, ...change(topic) };
  }),
});
const ofRatings = (changed: Partial<Metadata['topics'][number]>) => metadata(({ name }) => (name === 'p-movie.ratings' ? changed : {}));

test('every partition has a place, and is what lies there', () => {
  for (const partition of [...PARTITIONS, DEAD_LETTERS] as const) {
    const { topic, index } = TOPICS.placeOf(partition);
    expect(TOPICS.partitionAt(topic, index)).toBe(partition);
  }
  expect(TOPICS.placeOf('movie.ratings/3')).toEqual({ topic: 'p-movie.ratings', index: 3 });
  expect(TOPICS.placeOf(DEAD_LETTERS)).toEqual({ topic: 'p-movie.dead-letters', index: 0 });
});

test.each(['movie.ratings/6', 'movie.ratings/17', 'movie.other/0', 'movie.ratings/-1'] as PartitionId[])('there is no %s', (partition) => {
  expect(() => TOPICS.placeOf(partition)).toThrow(RangeError);
});

describe('topics as they are', () => {
  const [plan] = TOPICS.plans;
  const [topic] = metadata().topics;
  if (plan === undefined || topic === undefined) throw new Error('nothing is planned');

  test('as planned, with room for more than is needed', () => {
    expect(differences(plan, topic, plan.configs)).toEqual([]);
    expect(differences(plan, topic, { ...plan.configs, 'max.message.bytes': '9999999' })).toEqual([]);
  });

  test('each configuration that differs is named', () => {
    for (const [name, value] of Object.entries(plan.configs)) {
      const [found, ...more] = differences(plan, topic, { ...plan.configs, [name]: '0' });
      expect(found).toContain(`p-movie.metadata: ${name} is 0, not ${value}`);
      expect(more).toEqual([]);
      expect(differences(plan, topic, { ...plan.configs, [name]: null })).toHaveLength(1);
    }
  });

  test('partitions, replicas and a missing topic are named', () => {
    const partitions = topic.partitions.slice(1).map((one) => ({ ...one, replicaNodes: [1] }));
    expect(differences(plan, { ...topic, partitions }, plan.configs)).toEqual([
      'p-movie.metadata has 5 partitions, not 6',
      'p-movie.metadata has 1 replicas, not 3',
    ]);
    expect(differences(plan, undefined, plan.configs)).toEqual(['p-movie.metadata is missing']);
  });
});

describe('the identity', () => {
  const view = clusterView(metadata(), TOPICS, 'kafka://a');

  test('is the same as long as cluster and topics are', () => {
    expect(view.id).toMatch(/^kafka:[\w-]{22}$/);
    expect(clusterView(metadata(), TOPICS, 'kafka://b').id).toBe(view.id);
  });

  test('is another after any topic was made anew, and in another cluster', () => {
    const others = [
      ...TOPICS.plans.map((plan) => metadata(({ name }) => (name === plan.name ? { topicId: 'new' } : {}))),
      { ...metadata(), clusterId: 'other' },
    ].map((one) => clusterView(one, TOPICS, 'kafka://a'));
    expect(new Set([view.id, ...others.map(({ id }) => id)]).size).toBe(others.length + 1);
    for (const other of others) expect(() => requireSameLog(view.id, other, 'kafka://a')).toThrow(StoreFault);
    expect(() => requireSameTopics(view, ofRatings({ topicId: 'new' }), ['p-movie.ratings'], 'kafka://a')).toThrow(/another log/);
    expect(() => requireSameTopics(view, ofRatings({ topicId: 'new' }), ['p-movie.reviews'], 'kafka://a')).not.toThrow();
  });

  test('a topic that is missing is named', () => {
    expect(missingTopics(ofRatings({ errorCode: 3 }), TOPICS)).toEqual(['p-movie.ratings']);
    expect(() => clusterView(ofRatings({ errorCode: 3 }), TOPICS, 'kafka://a')).toThrow('kafka://a has no topic p-movie.ratings');
  });

  test('a partition without a leader has none', () => {
    const leaderless = ofRatings({ partitions: [{ partitionIndex: 3, leaderId: -1, isrNodes: [], replicaNodes: [1] }] });
    expect(clusterView(leaderless, TOPICS, '').leaders.has('movie.ratings/3')).toBe(false);
    expect(view.leaders.get('movie.ratings/3')).toBe(1);
  });
});

test('appends are refused before they are tried: no right to write, no leader, too few replicas in step', () => {
  const partition = { partitionIndex: 0, leaderId: 1, isrNodes: [1, 2], replicaNodes: [1, 2, 3] };
  const check = (one: Metadata) => () => requireWritable(one, 2, 'kafka://a');
  expect(check(metadata())).not.toThrow();
  expect(check(ofRatings({ topicAuthorizedOperations: -(2 ** 31) }))).not.toThrow();
  expect(check(ofRatings({ topicAuthorizedOperations: 0xffff & ~16 }))).toThrow(StoreFault);
  expect(check(ofRatings({ partitions: [partition] }))).not.toThrow();
  expect(check(ofRatings({ partitions: [{ ...partition, isrNodes: [1] }] }))).toThrow(StoreUnavailable);
  expect(check(ofRatings({ partitions: [{ ...partition, leaderId: -1 }] }))).toThrow(/no leader for p-movie.ratings\/0/);
});
