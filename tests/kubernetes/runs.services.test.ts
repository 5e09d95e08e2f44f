/**
 * Rushes in a cluster: a real control plane makes the pods of k8s/overlays/local, and a node of this machine runs them from the image that the Dockerfile makes.
 * What becomes of runs that are killed, fail, take too long or overlap is what Kubernetes really does with them. The command line is tried on the same cluster.
 */
import type { V1Pod, V1PodSpec } from '@kubernetes/client-node';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import { makeBaseImage } from '../../tools/containers/base-image.ts';
import { type Buildah, openBuildah } from '../../tools/containers/buildah.ts';
import { say, unlessMissing } from '../containers/unless-missing.ts';
import { canHaveCluster } from './cluster.ts';
import { commandLineTests } from './command-line.ts';
import { isCode } from './kubelet/api-code.ts';
import { isReady, type JobResult, NAMESPACE, type RushesInCluster, startRushes } from './running-rushes.ts';

const EVERY_MINUTE = '* * * * *';
/** So many that a run takes some seconds. */
const TITLES = '20000';

const buildah = (await canHaveCluster('runs in a cluster', true))
  ? await unlessMissing('runs in a cluster', async (): Promise<Buildah> => {
      const tool = await openBuildah(say);
      await makeBaseImage(tool, say);
      return tool;
    })
  : undefined;

describe.skipIf(buildah === undefined)('in a cluster', () => {
  let rushes: RushesInCluster;
  const kubectl = (...args: readonly string[]): Promise<string> => rushes.kubectl(...args);
  const variable = (pod: V1PodSpec, name: string, value: string): void => {
    const container = pod.containers[0];
    if (container !== undefined) container.env = [...(container.env ?? []).filter((one) => one.name !== name), { name, value }];
  };
  const exitCodes = async (job: string): Promise<readonly (number | undefined)[]> =>
    (await rushes.podsOfJob(job)).map(({ status }) => status?.containerStatuses?.[0]?.state?.terminated?.exitCode);
  const endOf = async (name: string): Promise<JobResult | undefined> => {
    let found: JobResult | undefined;
    await expect.poll(async () => (found = await rushes.endedJob(name))).toBeDefined();
    return found;
  };
  const serving = (): Promise<readonly V1Pod[]> => rushes.podsOf('app.kubernetes.io/name=rushes-serving');
  const urlOf = (pod: V1Pod | undefined): string => `http://${pod?.status?.podIP}:8080`;
  const answer = async (url: string): Promise<{ readonly status: number; readonly body: unknown }> => {
    const response = await fetch(url);
    return { status: response.status, body: await response.json() };
  };

  beforeAll(async () => {
    if (buildah === undefined) return;
    rushes = await startRushes(buildah, TITLES);
    // Of the same kind, every minute: one whose runs do not end, and one that is suspended.
    for (const [name, suspend] of [
      ['endless', false],
      ['suspended', true],
    ] as const) {
      const { spec } = await rushes.cronJob();
      const pod = spec?.jobTemplate.spec?.template.spec;
      if (spec === undefined || pod === undefined || pod === null) throw new Error('the CronJob has no pod');
      pod.initContainers = [];
      pod.terminationGracePeriodSeconds = 1;
      for (const container of pod.containers) Object.assign(container, { command: ['sleep', 'infinity'], args: [] });
      Object.assign(spec, { schedule: EVERY_MINUTE, suspend });
      await rushes.batch.createNamespacedCronJob({ namespace: NAMESPACE, body: { metadata: { name }, spec } });
    }
  });
  afterAll(() => rushes?.dispose());

  test('a run whose pod is deleted in its middle is gone on with by another pod, and what it publishes is served', async () => {
    await rushes.startJob('first');
    let first: V1Pod | undefined;
    await expect
      .poll(async () => {
        [first] = await rushes.podsOfJob('first');
        return first === undefined ? '' : rushes.logsOf(first);
      })
      .toContain('began');
    await kubectl('delete', 'pod', first?.metadata?.name ?? '', '--wait=false');
    expect(await endOf('first')).toMatchObject({ type: 'Complete' });
    const pods = await rushes.podsOfJob('first');
    expect(pods.map(({ metadata }) => metadata?.uid)).not.toContain(first?.metadata?.uid);
    expect(await rushes.logsOf(pods[0])).toContain('published');
    await expect.poll(async () => (await serving()).filter(isReady).length).toBe(2);
    for (const pod of await serving())
      expect(await answer(`${urlOf(pod)}/movies?page_size=1`)).toMatchObject({ status: 200, body: { data: [{}] } });
  });

  test('events that are posted to one serving process show at the other', async () => {
    await expect.poll(async () => (await rushes.podsOf('app.kubernetes.io/name=rushes-speed')).filter(isReady).length).toBe(2);
    await rushes.startJob('key', (_, pod) => {
      pod.initContainers = [];
      const command = ['rushes', 'keys', 'create', '--role', 'writer', '--name', 'test', '--json'];
      for (const container of pod.containers) Object.assign(container, { command, args: [] });
    });
    expect(await endOf('key')).toMatchObject({ type: 'Complete' });
    const said = await rushes.logsOf((await rushes.podsOfJob('key'))[0]);
    const { key } = JSON.parse(said.split('\n').find((line) => line.includes('"key"')) ?? '{}') as { readonly key: string }; // as: the command's one document
    const [one, other] = await serving();
    const { body } = await answer(`${urlOf(one)}/movies?page_size=1`);
    const id = (body as { readonly data: readonly { readonly id: string }[] }).data[0]?.id; // as: the documented answer
    const posted = await fetch(`${urlOf(one)}/movies/${id}/ratings`, {
      method: 'POST',
      headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json', prefer: 'wait=10' },
      body: '{"score": 9}',
    });
    expect(posted.status).toBe(201);
    await expect.poll(() => answer(`${urlOf(other)}/movies/${id}`)).toMatchObject({ body: { data: { ratings: { live: { rating: 9 } } } } });
  });

  test('the schedule starts a run by itself', async () => {
    await kubectl('patch', 'cronjob', 'rushes-batch', '--patch', JSON.stringify({ spec: { schedule: EVERY_MINUTE } }));
    await expect.poll(async () => (await rushes.cronJob()).status?.lastScheduleTime).toBeDefined();
    await kubectl('patch', 'cronjob', 'rushes-batch', '--patch', JSON.stringify({ spec: { schedule: '0 */4 * * *' } }));
    const { items } = await rushes.batch.listNamespacedJob({ namespace: NAMESPACE });
    const [made] = items.filter(({ metadata }) => metadata?.ownerReferences?.some(({ name }) => name === 'rushes-batch'));
    expect(await endOf(made?.metadata?.name ?? '')).toMatchObject({ type: 'Complete' });
    await expect.poll(async () => (await rushes.cronJob()).status?.lastSuccessfulTime).toBeDefined();
  });

  test('while a run goes on none is started beside it, and while the schedule is suspended none at all', async () => {
    const reasons = () => kubectl('get', 'events', '--field-selector', 'involvedObject.name=endless', '-o', 'jsonpath={.items[*].reason}');
    await expect.poll(reasons).toContain('JobAlreadyActive');
    const { items } = await rushes.batch.listNamespacedJob({ namespace: NAMESPACE });
    const madeBy = (name: string): number =>
      items.filter(({ metadata }) => metadata?.ownerReferences?.some((owner) => owner.name === name)).length;
    expect([madeBy('endless'), madeBy('suspended')]).toEqual([1, 0]);
    await kubectl('delete', 'cronjob', 'endless', 'suspended', '--cascade=foreground');
  });

  test('a run that cannot do its work is tried again as often as the job says; one with wrong settings is not', async () => {
    await Promise.all([
      // A folder where a file should be cannot be read.
      rushes.startJob('broken', (job, pod) => {
        job.backoffLimit = 1;
        for (const container of pod.initContainers ?? []) container.command = ['mkdir', '/imdb/title.basics.tsv'];
      }),
      rushes.startJob('mistaken', (_, pod) => variable(pod, 'RUSHES_BATCH_MODE', 'twice')),
    ]);
    expect(await endOf('mistaken')).toEqual({ type: 'Failed', reason: 'PodFailurePolicy' });
    expect(await exitCodes('mistaken')).toEqual([2]);
    expect(await rushes.logsOf((await rushes.podsOfJob('mistaken'))[0])).toContain('RUSHES_BATCH_MODE');
    expect(await endOf('broken')).toEqual({ type: 'Failed', reason: 'BackoffLimitExceeded' });
    expect(await exitCodes('broken')).toEqual([1, 1]);
  });

  test('a run that takes too long is ended, and ends by itself when it is asked to', async () => {
    // On its own schedule it would go on for ever.
    await rushes.startJob('late', (job, pod) => {
      job.activeDeadlineSeconds = 20;
      variable(pod, 'RUSHES_BATCH_MODE', 'schedule');
    });
    // Pods of a job that has failed go, and their logs with them.
    await expect.poll(async () => rushes.logsOf((await rushes.podsOfJob('late'))[0])).toContain('running on a schedule');
    const watched = await endOf('late');
    expect(watched).toEqual({ type: 'Failed', reason: 'DeadlineExceeded' });
  });

  test('an API server that is killed during a run changes nothing of it', async () => {
    await rushes.startJob('through');
    await expect.poll(async () => (await rushes.podsOfJob('through'))[0]?.status?.phase).toBe('Running');
    rushes.cluster.kill('apiserver');
    expect(await endOf('through')).toMatchObject({ type: 'Complete' });
  });

  test('a serving process that is evicted answers until nobody asks, and a second one is not evicted with it', async () => {
    const [one, other] = (await serving()).filter(isReady);
    const evict = (pod: V1Pod | undefined) => {
      const name = pod?.metadata?.name ?? '';
      return rushes.core
        .createNamespacedPodEviction({ namespace: NAMESPACE, name, body: { metadata: { name, namespace: NAMESPACE } } })
        .then(
          () => 201,
          (error: unknown) => (isCode(error, 429) ? 429 : Promise.reject(error)),
        );
    };
    expect(await evict(one)).toBe(201);
    await expect.poll(async () => (await fetch(`${urlOf(one)}/health/ready`)).status).toBe(503);
    expect(await answer(`${urlOf(one)}/movies?page_size=1`)).toMatchObject({ status: 200 });
    expect(await evict(other)).toBe(429);
    // Then it is gone, and another one is in its place.
    await expect.poll(async () => (await serving()).map(isReady)).toEqual([true, true]);
    expect((await serving()).map(({ metadata }) => metadata?.uid)).not.toContain(one?.metadata?.uid);
  });

  commandLineTests(() => rushes);
});
