/** A job made of a CronJob's template: what `kubectl create job --from` makes, with what a run may be asked for. */
import type { V1CronJob, V1Job, V1PodSpec } from '@kubernetes/client-node';

import { ClusterFault } from './cluster-fault.ts';
import { RUN_CONTAINER } from './job-end.ts';

export interface RunJobOptions {
  readonly name: string;
  /** Everything anew. */
  readonly full?: boolean;
  /** Where IMDb's files are, in the place of what the CronJob says. */
  readonly imdb?: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
  /**
   * Seconds that the job is kept after its end, however many come after it. Default: as many jobs are kept as the CronJob says, which then
   * counts it among its own.
   */
  readonly keepSeconds?: number;
}

/** Longer names would not leave room for those of pods. */
const LONGEST_NAME = 52;

/** A name that no other job has: the CronJob's, what it is for, and some letters. */
export const runJobName = (cronJob: string, what: string, letters: string): string => {
  const end = `-${what}-${letters}`;
  return `${cronJob.slice(0, LONGEST_NAME - end.length)}${end}`;
};

/** Changes the pod, which is nobody else's. @throws ClusterFault if it is none of a batch run. */
const changePod = (pod: V1PodSpec, { full = false, imdb }: Pick<RunJobOptions, 'full' | 'imdb'>): void => {
  const container = pod.containers.find(({ name }) => name === RUN_CONTAINER);
  if (container === undefined)
    throw new ClusterFault('refused', `the CronJob's pod has no container ${RUN_CONTAINER}`, {
      hint: `It has ${pod.containers.map(({ name }) => name).join(', ')}. Name the CronJob of the batch layer with --cronjob.`,
    });
  if (full) {
    container.command = ['rushes', 'batch', 'run', '--full', '--log-format', 'json'];
    // The CronJob's own would follow the command.
    container.args = [];
  }
  if (imdb !== undefined)
    container.env = [...(container.env ?? []).filter(({ name }) => name !== 'RUSHES_IMDB'), { name: 'RUSHES_IMDB', value: imdb }];
};

/** `cronJob` is used up. @throws ClusterFault if its template is none of a batch run. */
export const runJobOf = ({ metadata, spec }: V1CronJob, options: RunJobOptions): V1Job => {
  const { metadata: template, spec: job } = spec?.jobTemplate ?? {};
  const pod = job?.template.spec;
  const { name: owner = '', uid = '' } = metadata ?? {};
  if (job === undefined || pod === undefined || pod === null)
    throw new ClusterFault('refused', `the CronJob ${owner} makes no pods: it is none of Rushes`);
  changePod(pod, options);
  const { keepSeconds } = options;
  if (keepSeconds !== undefined) job.ttlSecondsAfterFinished = keepSeconds;
  return {
    metadata: {
      name: options.name,
      labels: { ...template?.labels, ...options.labels },
      annotations: { ...template?.annotations, 'cronjob.kubernetes.io/instantiate': 'manual', ...options.annotations },
      ownerReferences: [
        { apiVersion: 'batch/v1', kind: 'CronJob', name: owner, uid, ...(keepSeconds === undefined ? { controller: true } : {}) },
      ],
    },
    spec: job,
  };
};
