import { runLeaseContract } from '@rushes/ports/contracts/run-lease';
import { StoreFault, StoreUnavailable } from '@rushes/ports';
import { expect, test } from 'vitest';

import { sendJson, sendStatus, startStub, type StubServer } from './api-server-for-tests.ts';
import { kubernetesLease } from './run-lease.ts';

interface StoredLease {
  readonly metadata: { readonly name: string; readonly resourceVersion: string; readonly labels?: object };
  readonly spec?: { readonly holderIdentity?: string };
}

const DURATION_MS = 20_000;

/** Keeps one lease as the API server does: a change of an old version is refused. `loseAnswer`: of changes that were made. */
const startLeases = (first: StoredLease | undefined, loseAnswer: () => boolean = () => false): Promise<StubServer> => {
  let stored = first;
  let version = 1;
  return startStub(({ method, body }, response) => {
    const given = body as StoredLease | undefined; // as: what the client sends
    if (method === 'GET') return stored === undefined ? sendStatus(response, 404, 'not found') : sendJson(response, 200, stored);
    if (method === 'POST' ? stored !== undefined : given?.metadata.resourceVersion !== stored?.metadata.resourceVersion)
      return sendStatus(response, 409, 'the object has been modified');
    version += 1;
    if (given !== undefined) stored = { ...given, metadata: { ...given.metadata, resourceVersion: String(version) } };
    if (loseAnswer()) response.destroy();
    else sendJson(response, 200, stored);
  });
};

const EMPTY: StoredLease = { metadata: { name: 'rushes-batch', resourceVersion: '1', labels: { kept: 'yes' } } };

for (const [name, first] of [
  ['a lease that is there', EMPTY],
  ['one that is made', undefined],
] as const)
  runLeaseContract({
    name,
    durationMs: DURATION_MS,
    async open() {
      let nowMs = 0;
      const stub = await startLeases(first);
      return {
        client: (holder) => kubernetesLease(stub.cluster, { name: 'rushes-batch', holder, durationMs: DURATION_MS, nowMs: () => nowMs }),
        advance: (milliseconds) => (nowMs += milliseconds),
        dispose: () => stub.close(),
      };
    },
  });

const clientOf = ({ cluster }: StubServer) => kubernetesLease(cluster, { name: 'rushes-batch', holder: 'me', durationMs: DURATION_MS });

test('a renewal whose answer was lost is no loss, and what others wrote to the object stays', async () => {
  let isLost = false;
  const stub = await startLeases(EMPTY, () => isLost);
  const lease = clientOf(stub);
  await lease.take();
  isLost = true;
  await expect(lease.renew()).rejects.toThrow(StoreUnavailable);
  isLost = false;
  expect(await lease.renew()).toBe(true);
  expect(stub.requests.at(-1)?.path).toContain('/leases/rushes-batch');
  expect((await stub.cluster.leases.readNamespacedLease({ namespace: 'rushes', name: 'rushes-batch' })).metadata?.labels).toEqual({
    kept: 'yes',
  });
  await stub.close();
});

test('without the right to it that is a fault, and which right it is', async () => {
  const stub = await startStub((_, response) => sendStatus(response, 403, 'leases is forbidden: User "x" cannot get'));
  await expect(clientOf(stub).take()).rejects.toThrow('may not get leases rushes-batch in namespace rushes: ask for the role rushes-batch');
  await expect(clientOf(stub).take()).rejects.toThrow(StoreFault);
  await stub.close();
});
