import { expect, test } from 'vitest';

import { endOfJob } from './job-end.ts';
import { nextStart } from './next-start.ts';
import { figuresIn } from './read-figures.ts';
import { runJobName, runJobOf } from './run-job.ts';

const cronJob = () => ({
  metadata: { name: 'rushes-batch', uid: 'u-1' },
  spec: {
    schedule: '0 */4 * * *',
    jobTemplate: {
      metadata: { labels: { app: 'rushes' }, annotations: { a: 'b' } },
      spec: {
        template: {
          spec: {
            containers: [
              { name: 'batch', image: 'rushes', args: ['apps/batch/dist/main.js'], env: [{ name: 'RUSHES_IMDB', value: '/imdb' }] },
            ],
          },
        },
      },
    },
  },
});

test('a job by hand is what the CronJob would make, and belongs to it', () => {
  expect(runJobOf(cronJob(), { name: 'one' })).toEqual({
    metadata: {
      name: 'one',
      labels: { app: 'rushes' },
      annotations: { a: 'b', 'cronjob.kubernetes.io/instantiate': 'manual' },
      ownerReferences: [{ apiVersion: 'batch/v1', kind: 'CronJob', name: 'rushes-batch', uid: 'u-1', controller: true }],
    },
    spec: cronJob().spec.jobTemplate.spec,
  });
});

test('a full run and a source of its own change the container; one that is kept is not counted among the CronJob’s', () => {
  const { metadata, spec } = runJobOf(cronJob(), {
    name: 'one',
    full: true,
    imdb: '/imdb/2026-11-01',
    keepSeconds: 60,
    labels: { day: 'x' },
  });
  expect(spec?.template.spec?.containers[0]).toMatchObject({
    command: ['rushes', 'batch', 'run', '--full', '--log-format', 'json'],
    args: [],
    env: [{ name: 'RUSHES_IMDB', value: '/imdb/2026-11-01' }],
  });
  expect(spec?.ttlSecondsAfterFinished).toBe(60);
  expect(metadata).toMatchObject({ labels: { app: 'rushes', day: 'x' } });
  expect(metadata?.ownerReferences?.[0]).not.toHaveProperty('controller');
});

test('a CronJob of something else is refused', () => {
  const other = cronJob();
  for (const container of other.spec.jobTemplate.spec.template.spec.containers) container.name = 'backup';
  expect(() => runJobOf(other, { name: 'one' })).toThrow("the CronJob's pod has no container batch");
});

test('names leave room for those of pods', () => {
  expect(runJobName('rushes-batch', 'manual', '1a2b3c4d')).toBe('rushes-batch-manual-1a2b3c4d');
  expect(runJobName('x'.repeat(60), 'backfill-2026-11-01', '1a2b3c4d')).toMatch(/^x+-backfill-2026-11-01-1a2b3c4d$/);
  expect(runJobName('x'.repeat(60), 'backfill-2026-11-01', '1a2b3c4d')).toHaveLength(52);
});

const ended = (type: string, reason = '', message = '') => ({
  status: {
    conditions: [
      { type: 'SuccessCriteriaMet', status: 'True' },
      { type, status: 'True', reason, message },
    ],
  },
});

test.each([
  ['nothing has happened', { status: {} }, undefined],
  ['it is complete', ended('Complete'), { ended: 'complete', exitCode: 0 }],
  ['it took too long', ended('Failed', 'DeadlineExceeded'), { ended: 'deadline', exitCode: 1 }],
  ['its attempts are used up', ended('Failed', 'BackoffLimitExceeded'), { ended: 'failed', exitCode: 1 }],
  [
    'another attempt would not help',
    ended('Failed', 'PodFailurePolicy', 'Container batch for pod rushes/x failed with exit code 3 matching FailJob rule at index 1'),
    { ended: 'failed', exitCode: 3 },
  ],
] as const)('the end of a job of which %s', (_, job, end) => {
  const found = endOfJob(job, 1);
  expect(found === undefined ? undefined : { ended: found.ended, exitCode: found.exitCode }).toEqual(end);
});

test.each([
  ['0 */4 * * *', 'Etc/UTC', '2026-11-28T20:00:00.000Z'],
  ['30 6 * * *', 'Europe/Berlin', '2026-11-29T05:30:00.000Z'],
  ['@daily', undefined, '2026-11-29T00:00:00.000Z'],
  ['every now and then', undefined, undefined],
])('the start after 19:00 of %s in %s', (schedule, zone, at) => {
  expect(nextStart(schedule, zone, new Date('2026-11-28T19:00:00Z'))?.toISOString()).toBe(at);
});

test('of a metric with labels the largest value counts', () => {
  const text = '# HELP rushes_a x\nrushes_a{layer="speed"} 3\nrushes_a{layer="batch"} 7.5\nrushes_ab 9\nrushes_b NaN\n';
  expect(figuresIn(text, ['rushes_a', 'rushes_b'])).toEqual({ rushes_a: 7.5 });
});
