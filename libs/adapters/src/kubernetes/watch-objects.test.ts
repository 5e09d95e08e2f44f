import type { ServerResponse } from 'node:http';

import { afterEach, expect, test } from 'vitest';

import { sendJson, sendStatus, startStub, type StubRequest, type StubServer, type V1Job } from './api-server-for-tests.ts';
import { ClusterFault } from './cluster-fault.ts';
import { type Change, watchObjects } from './watch-objects.ts';

const JOBS = '/apis/batch/v1/namespaces/rushes/jobs';

let stub: StubServer;
afterEach(() => stub.close());

const job = (name: string, resourceVersion: string) => ({ kind: 'Job', metadata: { name, resourceVersion } });
const listed = (resourceVersion: string, ...names: readonly string[]) => ({
  kind: 'JobList',
  metadata: { resourceVersion },
  items: names.map((name) => job(name, resourceVersion)),
});
const line = (type: string, object: object): string => `${JSON.stringify({ type, object })}\n`;
const wordOf = (change: Change<V1Job>): string =>
  change.type === 'all'
    ? `all ${change.objects.map(({ metadata }) => metadata?.name).join(' ')}`
    : `${change.type} ${change.object.metadata?.name}`;
const asked = ({ query }: StubRequest): string => (query.get('watch') === 'true' ? `watch ${query.get('resourceVersion')}` : 'list');

/** Watches a server that answers one request after another as these say, until there is none left. */
const watchThrough = async (...answers: readonly ((response: ServerResponse) => void)[]) => {
  const over = new AbortController();
  const seen: string[] = [];
  const away: string[] = [];
  const left = [...answers];
  stub = await startStub((_, response) => {
    const next = left.shift();
    if (next === undefined) over.abort();
    else next(response);
  });
  const { cluster } = stub;
  await watchObjects<V1Job>(
    cluster,
    { resource: 'jobs', path: JOBS, list: () => cluster.batch.listNamespacedJob({ namespace: 'rushes' }) },
    { signal: over.signal, see: (change) => seen.push(wordOf(change)), onAway: ({ message }) => away.push(message), firstWaitMs: 1 },
  );
  return { seen, away, asked: stub.requests.map(asked) };
};
/** A watch that says this and ends, broken off or as it should. */
const watch =
  (text: string, isBroken = false) =>
  (response: ServerResponse): void => {
    response.writeHead(200, { 'content-type': 'application/json' });
    response.write(text, () => (isBroken ? response.destroy() : response.end()));
  };
const list =
  (...args: Parameters<typeof listed>) =>
  (response: ServerResponse): void =>
    sendJson(response, 200, listed(...args));
const refuse =
  (code: number, message = 'no') =>
  (response: ServerResponse): void =>
    sendStatus(response, code, message);

test('a watch that ends or breaks goes on from the last version that was seen', async () => {
  const { seen, asked: requests } = await watchThrough(
    list('10', 'one'),
    watch(line('MODIFIED', job('one', '11')) + line('ADDED', job('two', '12'))),
    watch(line('BOOKMARK', job('', '20')), true),
    watch(line('DELETED', job('one', '21'))),
  );
  expect(requests).toEqual(['list', 'watch 10', 'watch 12', 'watch 20', 'watch 21']);
  expect(seen).toEqual(['all one', 'changed one', 'changed two', 'deleted one']);
});

test.each([
  ['in the stream', watch(line('ERROR', { kind: 'Status', code: 410, message: 'too old resource version' }))],
  ['as the answer', refuse(410, 'too old resource version')],
])('where its version has expired (%s), all there is is told anew', async (_, expired) => {
  const { seen, asked: requests, away } = await watchThrough(list('10', 'one'), expired, list('50', 'two'));
  expect(requests).toEqual(['list', 'watch 10', 'list', 'watch 50']);
  expect(seen).toEqual(['all one', 'all two']);
  expect(away).toEqual([]);
});

test('an API server that is away, or just started and knows no rights yet, is asked again', async () => {
  const { seen, away } = await watchThrough(
    list('10', 'one'),
    refuse(503),
    (response) => response.destroy(),
    refuse(403, 'jobs is forbidden: User "x" cannot watch'),
    watch(line('ADDED', job('two', '11'))),
  );
  expect(seen).toEqual(['all one', 'changed two']);
  expect(away).toEqual([expect.stringContaining('answered 503'), expect.stringContaining('cannot be reached')]);
});

test('rights that are taken away end it', async () => {
  const refusals = Array.from({ length: 6 }, () => refuse(403, 'jobs is forbidden: User "x" cannot watch'));
  await expect(watchThrough(list('10'), watch(''), ...refusals)).rejects.toThrow(
    'may not watch jobs in namespace rushes: ask for the role rushes-operator',
  );
});

test('a right to watch that was never there is missed at once', async () => {
  await expect(watchThrough(list('10'), refuse(403, 'jobs is forbidden: User "x" cannot watch'))).rejects.toThrow('may not watch jobs');
});

test.each([
  [
    403,
    'jobs is forbidden: User "x" cannot list resource "jobs"',
    'may not list jobs in namespace rushes: ask for the role rushes-operator',
  ],
  [401, 'Unauthorized', 'does not know who is asking'],
  [500, 'etcdserver: request timed out', 'answered 500: etcdserver: request timed out'],
])('a first answer of %i ends it', async (code, message, said) => {
  await expect(watchThrough(refuse(code, message))).rejects.toThrow(said);
  await stub.close();
  await expect(watchThrough(refuse(code, message))).rejects.toThrow(ClusterFault);
});
