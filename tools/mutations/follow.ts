/** Ways to break what whoever follows a stream is told. */
import type { Mutation } from './mutation.ts';

const FOLLOW = 'layers/serving/src/follow';
const FOLLOWER_TESTS = [`${FOLLOW}/follow-changes.test.ts`];
const STREAM_TESTS = ['layers/serving/test/stream.test.ts'];

export const FOLLOW_MUTATIONS: readonly Mutation[] = [
  {
    name: 'a record of changes counts as told with the first of its titles',
    file: `${FOLLOW}/follow-changes.ts`,
    text: 'at === texts.length - 1 ? { id } : {}',
    replacement: 'at === 0 ? { id } : {}',
    tests: FOLLOWER_TESTS,
  },
  {
    name: 'what one read does not have room for is never told',
    file: `${FOLLOW}/follow-changes.ts`,
    text: 'position = batch.reached;',
    replacement: 'position = until;',
    tests: FOLLOWER_TESTS,
  },
  {
    name: 'another version is not told',
    file: `${FOLLOW}/follow-changes.ts`,
    text: 'if (told !== version) {',
    replacement: 'if (version === undefined) {',
    tests: FOLLOWER_TESTS,
  },
  {
    name: 'changes that have all expired are waited for',
    file: `${FOLLOW}/read-changes.ts`,
    text: '(written.get(partition) ?? 0) > offsetAt(since, partition)',
    replacement: '(written.get(partition) ?? 0) > Number.MAX_SAFE_INTEGER',
    tests: FOLLOWER_TESTS,
  },
  {
    name: 'an answer that is followed is told once',
    file: `${FOLLOW}/follow-answer.ts`,
    text: 'if (held?.tag === now) {',
    replacement: 'if (held !== undefined) {',
    tests: STREAM_TESTS,
  },
  {
    name: 'a client that connects again begins where its address says',
    file: 'layers/serving/src/routes/stream-request.ts',
    text: 'const text = lastEventId ?? since;',
    replacement: 'const text = since ?? lastEventId;',
    tests: STREAM_TESTS,
  },
];
