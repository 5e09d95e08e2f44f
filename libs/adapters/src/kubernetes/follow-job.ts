/** A run from outside: its pods, what they say, how it ends. Ends when the job has ended and all that its pods said is told. */
import type { V1Job, V1Pod } from '@kubernetes/client-node';

import type { Cluster } from './cluster.ts';
import type { ClusterFault } from './cluster-fault.ts';
import { endOfJob, exitCodeOfPod, type JobEnd, RUN_CONTAINER } from './job-end.ts';
import { progressIn, type RunProgress } from './run-annotations.ts';
import { followLog } from './stream-log.ts';
import { type Change, watchObjects } from './watch-objects.ts';

export interface FollowOptions {
  /** Ends the following, not the job. */
  readonly signal: AbortSignal;
  /** Without it, logs are not read. */
  readonly onLine?: (pod: string, line: string) => void;
  /** What the run writes to its job has changed. */
  readonly onProgress?: (progress: RunProgress) => void;
  readonly onPod?: (pod: string, state: string) => void;
  /** The API server is away; it is asked again. */
  readonly onAway?: (fault: ClusterFault) => void;
}

/** What logs of a job that has ended may still take, in milliseconds: pods of a job that failed go, and their logs with them. */
const LAST_LINES_MS = 15_000;

/** A pod's state in a word or two. */
export const stateOfPod = (pod: V1Pod): string => {
  const { status, metadata } = pod;
  const code = exitCodeOfPod(pod);
  if (code !== undefined) return `ended with ${code}`;
  if (metadata?.deletionTimestamp !== undefined) return 'ending';
  const waiting = [...(status?.initContainerStatuses ?? []), ...(status?.containerStatuses ?? [])]
    .map(({ state }) => state?.waiting)
    .find((one) => one?.reason !== undefined && one.reason !== 'PodInitializing' && one.reason !== 'ContainerCreating');
  if (waiting !== undefined) return `waits: ${waiting.reason}${waiting.message === undefined ? '' : ` (${waiting.message})`}`;
  const unscheduled = status?.conditions?.find(({ type, status: is }) => type === 'PodScheduled' && is === 'False');
  if (unscheduled !== undefined) return `waits for a node: ${unscheduled.message ?? unscheduled.reason ?? 'unknown'}`;
  return status?.phase === 'Running' ? 'running' : 'starting';
};

const containerOf = ({ spec }: V1Pod): string =>
  spec?.containers.find(({ name }) => name === RUN_CONTAINER)?.name ?? spec?.containers[0]?.name ?? RUN_CONTAINER;

const hasStarted = (pod: V1Pod): boolean => {
  const found = pod.status?.containerStatuses?.find(({ name }) => name === containerOf(pod));
  return found?.state?.running !== undefined || found?.state?.terminated !== undefined;
};

/**
 * @returns how it ended; `undefined` if the signal came before.
 * @throws ClusterFault if there is no such job, or it may not be watched.
 */
export const followJob = async (cluster: Cluster, name: string, options: FollowOptions): Promise<JobEnd | undefined> => {
  const { namespace, batch, core } = cluster;
  const { onLine, onPod, onProgress, onAway } = options;
  const job = await cluster.ask({ verb: 'get', resource: 'jobs', name }, () => batch.readNamespacedJob({ namespace, name }));
  const uid = job.metadata?.uid;
  const over = new AbortController();
  const signal = AbortSignal.any([options.signal, over.signal]);
  const found = Promise.withResolvers<JobEnd | undefined>();
  const pods = new Map<string, { pod: V1Pod; state: string; log: Promise<void> | undefined }>();
  let [lastExitCode, lastProgress] = [undefined as number | undefined, ''];

  const seeJob = (seen: V1Job): void => {
    if (seen.metadata?.uid !== uid) return;
    const progress = progressIn(seen.metadata?.annotations);
    const text = JSON.stringify(progress);
    if (text !== lastProgress && text !== '{}') onProgress?.(progress);
    lastProgress = text;
    const end = endOfJob(seen, lastExitCode);
    if (end !== undefined) found.resolve(end);
  };
  const gone = (): void => found.resolve({ ended: 'deleted', exitCode: lastExitCode, reason: undefined, message: undefined });
  const seePod = (pod: V1Pod): void => {
    const { uid: id = '', name: called = '' } = pod.metadata ?? {};
    const known = pods.get(id) ?? { pod, state: '', log: undefined };
    pods.set(id, known);
    known.pod = pod;
    lastExitCode = exitCodeOfPod(pod) ?? lastExitCode;
    const state = stateOfPod(pod);
    if (state !== known.state) onPod?.(called, state);
    known.state = state;
    if (onLine !== undefined && known.log === undefined && hasStarted(pod)) {
      known.log = followLog(
        cluster,
        { pod: called, container: containerOf(pod) },
        {
          signal,
          line: (line) => onLine(called, line),
          hasEnded: () => exitCodeOfPod(known.pod) !== undefined,
        },
      );
      known.log.catch(found.reject);
    }
  };

  const away = onAway === undefined ? {} : { onAway };
  const watchedJob = watchObjects<V1Job>(
    cluster,
    {
      resource: 'jobs',
      path: `/apis/batch/v1/namespaces/${namespace}/jobs`,
      fieldSelector: `metadata.name=${name}`,
      list: () => batch.listNamespacedJob({ namespace, fieldSelector: `metadata.name=${name}` }),
    },
    {
      signal,
      ...away,
      see(change: Change<V1Job>) {
        if (change.type === 'changed') return seeJob(change.object);
        if (change.type === 'deleted') return change.object.metadata?.uid === uid ? gone() : undefined;
        const same = change.objects.find(({ metadata }) => metadata?.uid === uid);
        return same === undefined ? gone() : seeJob(same);
      },
    },
  );
  const labelSelector = `batch.kubernetes.io/job-name=${name}`;
  const watchedPods = watchObjects<V1Pod>(
    cluster,
    {
      resource: 'pods',
      path: `/api/v1/namespaces/${namespace}/pods`,
      labelSelector,
      list: () => core.listNamespacedPod({ namespace, labelSelector }),
    },
    {
      signal,
      see(change: Change<V1Pod>) {
        if (change.type === 'all') change.objects.forEach(seePod);
        else seePod(change.object);
      },
    },
  );
  for (const watched of [watchedJob, watchedPods]) watched.then(() => found.resolve(undefined), found.reject);
  const late = new AbortController();
  try {
    const end = await found.promise;
    if (end === undefined) return undefined;
    await Promise.race([
      Promise.all([...pods.values()].flatMap(({ log }) => log ?? [])),
      new Promise((resolve) => {
        const timer = setTimeout(resolve, LAST_LINES_MS);
        late.signal.addEventListener('abort', () => clearTimeout(timer));
      }),
    ]);
    return end.ended === 'failed' && end.exitCode === undefined ? { ...end, exitCode: lastExitCode } : end;
  } finally {
    late.abort();
    over.abort();
    await Promise.allSettled([watchedJob, watchedPods, ...[...pods.values()].flatMap(({ log }) => log ?? [])]);
  }
};
