/** What an operator does with runs: start one, list them, suspend the schedule. */
import { PatchStrategy, setHeaderOptions, type V1CronJob, type V1Job } from '@kubernetes/client-node';

import type { Cluster } from './cluster.ts';
import { endOfJob, type JobEnd } from './job-end.ts';
import { progressIn, type RunProgress } from './run-annotations.ts';
import { type RunJobOptions, runJobOf } from './run-job.ts';

export interface RunSummary {
  readonly job: string;
  readonly labels: Readonly<Record<string, string>>;
  /** ISO 8601. */
  readonly createdAt: string | undefined;
  readonly startedAt: string | undefined;
  readonly finishedAt: string | undefined;
  /** `undefined` while it has not ended. */
  readonly end: JobEnd | undefined;
  readonly progress: RunProgress;
  /** Started by hand, not by the schedule. */
  readonly byHand: boolean;
}

const MERGE = setHeaderOptions('Content-Type', PatchStrategy.MergePatch);

export const readCronJob = (cluster: Cluster, name: string): Promise<V1CronJob> =>
  cluster.ask({ verb: 'get', resource: 'cronjobs', name }, () =>
    cluster.batch.readNamespacedCronJob({ namespace: cluster.namespace, name }),
  );

/** @throws ClusterFault of the kind `conflict` if there is a job of this name. */
export const startRun = async (cluster: Cluster, cronJob: string, options: RunJobOptions): Promise<void> => {
  const { namespace, batch } = cluster;
  const body = runJobOf(await readCronJob(cluster, cronJob), options);
  await cluster.ask({ verb: 'create', resource: 'jobs' }, () => batch.createNamespacedJob({ namespace, body, fieldValidation: 'Strict' }));
};

/** Whether the CronJob starts runs by itself. Returns what was the case before. */
export const suspendRuns = async (cluster: Cluster, name: string, suspend: boolean): Promise<boolean> => {
  const { namespace, batch } = cluster;
  const before = await readCronJob(cluster, name);
  await cluster.ask({ verb: 'patch', resource: 'cronjobs', name }, () =>
    batch.patchNamespacedCronJob({ namespace, name, body: { spec: { suspend } } }, MERGE),
  );
  return before.spec?.suspend === true;
};

const iso = (time: Date | undefined): string | undefined => time?.toISOString();

const summarizeJob = (job: V1Job): RunSummary => {
  const { metadata, status } = job;
  const end = endOfJob(job, undefined);
  const ended = status?.conditions?.find(({ type, status: is }) => ['Complete', 'Failed'].includes(type) && is === 'True');
  return {
    job: metadata?.name ?? '',
    labels: metadata?.labels ?? {},
    createdAt: iso(metadata?.creationTimestamp),
    startedAt: iso(status?.startTime),
    finishedAt: iso(status?.completionTime ?? ended?.lastTransitionTime),
    end,
    progress: progressIn(metadata?.annotations),
    byHand: metadata?.annotations?.['cronjob.kubernetes.io/instantiate'] === 'manual',
  };
};

/** Jobs that the CronJob owns, the newest first. */
export const listRuns = async (cluster: Cluster, cronJob: string, labelSelector?: string): Promise<readonly RunSummary[]> => {
  const { namespace, batch } = cluster;
  const { items } = await cluster.ask({ verb: 'list', resource: 'jobs' }, () =>
    batch.listNamespacedJob({ namespace, ...(labelSelector === undefined ? {} : { labelSelector }) }),
  );
  return items
    .filter(({ metadata }) => metadata?.ownerReferences?.some(({ kind, name }) => kind === 'CronJob' && name === cronJob))
    .toSorted((a, b) => (b.metadata?.creationTimestamp?.getTime() ?? 0) - (a.metadata?.creationTimestamp?.getTime() ?? 0))
    .map(summarizeJob);
};
