import type { ServerResponse } from 'node:http';

import { afterEach, expect, test } from 'vitest';

import { sendStatus, startStub, type StubServer } from './api-server-for-tests.ts';
import { followLog } from './stream-log.ts';

let stub: StubServer;
afterEach(() => stub.close());

/** Follows a log that a server answers for one request after another; the container has ended before the last of them. */
const follow = async (...answers: readonly ((response: ServerResponse) => void)[]): Promise<readonly string[]> => {
  const lines: string[] = [];
  const left = [...answers];
  stub = await startStub((_, response) => left.shift()?.(response));
  await followLog(
    stub.cluster,
    { pod: 'pod', container: 'batch' },
    { signal: new AbortController().signal, line: (text) => lines.push(text), hasEnded: () => left.length <= 1, waitMs: 1 },
  );
  return lines;
};
const say =
  (text: string, isBroken = false) =>
  (response: ServerResponse): void => {
    response.writeHead(200, { 'content-type': 'text/plain' });
    response.write(text, () => (isBroken ? response.destroy() : response.end()));
  };

test('each line is told once, however often the connection breaks', async () => {
  expect(await follow(say('a\nb\n', true), say('a\nb\nc\n', true), say('a\nb\nc\nd\n'))).toEqual(['a', 'b', 'c', 'd']);
});

test('a log that its node began anew is told whole', async () => {
  expect(await follow(say('a\nb\n', true), say('x\ny\n'))).toEqual(['a', 'b', 'x', 'y']);
});

test('one that cannot be read yet is asked for again', async () => {
  const waiting = (response: ServerResponse): void =>
    sendStatus(response, 400, 'container "batch" in pod "pod" is waiting to start: ContainerCreating');
  expect(await follow(waiting, (response) => sendStatus(response, 500, 'no route to the node'), say('a\n'))).toEqual(['a']);
});

test('of a pod that has gone there is no more', async () => {
  expect(await follow(say('a\n', true), (response) => sendStatus(response, 404, 'pods "pod" not found'), say('b\n'))).toEqual(['a']);
});

test('without the right to it that is said', async () => {
  const forbidden = (response: ServerResponse): void =>
    sendStatus(response, 403, 'pods "pod" is forbidden: User "x" cannot get resource "pods/log"');
  await expect(follow(forbidden, say(''))).rejects.toThrow('may not get pods/log in namespace rushes: ask for the role rushes-operator');
});
