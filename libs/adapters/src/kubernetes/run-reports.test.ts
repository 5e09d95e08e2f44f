import { expect, test } from 'vitest';

import { sendJson, sendStatus, startStub } from './api-server-for-tests.ts';
import { kubernetesReports } from './run-reports.ts';

const JOB = { kind: 'Job', metadata: { name: 'job', uid: 'u-1' } };

test('the last word of what follows fast is told, and what happened, as it is closed', async () => {
  const stub = await startStub((_, response) => sendJson(response, 200, JOB));
  const faults: unknown[] = [];
  const reports = kubernetesReports(stub.cluster, { job: 'job', onFault: (error) => faults.push(error), everyMs: 60_000 });
  reports.notice({ version: '7', step: 'barrier' });
  for (let n = 1; n <= 1_000; n++) reports.notice({ step: 'titles', progress: `${n} rows` });
  reports.event('normal', 'RunPublished', 'it published');
  reports.notice({ outcome: 'published', progress: '' });
  await reports.close();
  await stub.close();
  const patches = stub.requests.filter(({ method }) => method === 'PATCH').map(({ body }) => body);
  expect(patches.length).toBeLessThanOrEqual(3);
  const annotations = Object.assign({}, ...patches.map((body) => (body as { metadata: { annotations: object } }).metadata.annotations)); // as: what is sent
  expect(annotations).toEqual({
    'rushes/version': '7',
    'rushes/step': 'titles',
    'rushes/progress': null,
    'rushes/outcome': 'published',
  });
  expect(stub.requests.filter(({ method }) => method === 'POST').map(({ body }) => body)).toEqual([
    expect.objectContaining({
      reason: 'RunPublished',
      type: 'Normal',
      involvedObject: expect.objectContaining({ kind: 'Job', uid: 'u-1' }),
    }),
  ]);
  expect(faults).toEqual([]);
});

test('events have a bound', async () => {
  const stub = await startStub((_, response) => sendJson(response, 200, JOB));
  const reports = kubernetesReports(stub.cluster, { job: 'job', onFault: () => undefined, mostEvents: 3 });
  for (let n = 0; n < 10; n++) reports.event('warning', 'Reason', `${n}`);
  await reports.close();
  await stub.close();
  expect(stub.requests.map(({ body }) => (body as { message: string }).message)).toEqual(['0', '1', '2']); // as: what is sent
});

test('what a cluster that was away did not hear it hears later', async () => {
  let isAway = true;
  const heard = {};
  const stub = await startStub(({ body }, response) => {
    if (isAway) return sendStatus(response, 503, 'no');
    Object.assign(heard, (body as { metadata: { annotations: object } }).metadata.annotations); // as: what is sent
    sendJson(response, 200, JOB);
  });
  const faults: unknown[] = [];
  const reports = kubernetesReports(stub.cluster, { job: 'job', onFault: (error) => faults.push(error), everyMs: 1 });
  reports.notice({ version: '7', step: 'a' });
  await expect.poll(() => stub.requests.length).toBeGreaterThan(2);
  isAway = false;
  reports.notice({ step: 'b' });
  await reports.close();
  await stub.close();
  expect(heard).toEqual({ 'rushes/version': '7', 'rushes/step': 'b' });
  expect(faults).toHaveLength(1);
});

test('a cluster that refuses is told of once and not asked again', async () => {
  const stub = await startStub((_, response) => sendStatus(response, 403, 'jobs is forbidden: User "x" cannot patch'));
  const faults: unknown[] = [];
  const reports = kubernetesReports(stub.cluster, { job: 'job', onFault: (error) => faults.push(error), everyMs: 1 });
  reports.notice({ step: 'a' });
  await expect.poll(() => faults.length).toBe(1);
  reports.notice({ step: 'b' });
  await reports.close();
  await stub.close();
  expect(stub.requests).toHaveLength(1);
});
