/** How Rushes does in a namespace: its schedule, its last runs, its pods and what they serve. */
import type { V1Pod } from '@kubernetes/client-node';

import type { Cluster } from './cluster.ts';
import { type ClusterFault, isFault } from './cluster-fault.ts';
import { stateOfPod } from './follow-job.ts';
import { exitCodeOfPod } from './job-end.ts';
import { nextStart } from './next-start.ts';
import { readFigures } from './read-figures.ts';
import { listRuns, readCronJob, type RunSummary } from './runs.ts';

export interface ScheduleStatus {
  readonly schedule: string;
  readonly timeZone: string | undefined;
  readonly suspended: boolean;
  /** ISO 8601. */
  readonly lastStartAt: string | undefined;
  readonly lastSuccessAt: string | undefined;
  /** `undefined` while it is suspended, and where its form is not known. */
  readonly nextStartAt: string | undefined;
}

export interface PodStatus {
  readonly layer: 'batch' | 'speed' | 'serving';
  readonly pod: string;
  readonly ready: boolean;
  readonly restarts: number;
  readonly state: string;
  /** Of the batch views that a serving pod answers from; `undefined`: unknown, or none. */
  readonly version: number | undefined;
  /** In seconds. Serving: the age of the data that its version was made of. Speed: of the oldest events that no published version covers. */
  readonly lagS: number | undefined;
}

export interface ClusterStatus {
  readonly schedule: ScheduleStatus;
  readonly runs: readonly RunSummary[];
  readonly pods: readonly PodStatus[];
  /** Why versions and lags are not known. */
  readonly fault: ClusterFault | undefined;
}

const LAYERS = ['batch', 'speed', 'serving'] as const;
const VERSION = 'rushes_batch_version';
const CUT = 'rushes_served_cut_timestamp_seconds';
const UNCOVERED = 'rushes_speed_oldest_uncovered_epoch_seconds';

const layerOf = ({ metadata }: V1Pod): PodStatus['layer'] | undefined =>
  LAYERS.find((layer) => metadata?.labels?.['app.kubernetes.io/name'] === `rushes-${layer}`);

const scheduleOf = async (cluster: Cluster, name: string, now: Date): Promise<ScheduleStatus> => {
  const { spec, status } = await readCronJob(cluster, name);
  const schedule = spec?.schedule ?? '';
  const suspended = spec?.suspend === true;
  return {
    schedule,
    timeZone: spec?.timeZone,
    suspended,
    lastStartAt: status?.lastScheduleTime?.toISOString(),
    lastSuccessAt: status?.lastSuccessfulTime?.toISOString(),
    nextStartAt: suspended ? undefined : nextStart(schedule, spec?.timeZone, now)?.toISOString(),
  };
};

const figuresOf = (figures: Readonly<Record<string, number>>, now: Date): Pick<PodStatus, 'version' | 'lagS'> => {
  // 0 where nothing is published yet.
  const [cut = 0, version = 0] = [figures[CUT], figures[VERSION]];
  return { version: version === 0 ? undefined : version, lagS: cut === 0 ? figures[UNCOVERED] : now.getTime() / 1_000 - cut };
};

/**
 * `runs`: how many of the last are told.
 * @throws ClusterFault if it may not look; that pods may not be asked is told with the rest.
 */
export const readClusterStatus = async (cluster: Cluster, cronJob: string, runs: number, now: Date): Promise<ClusterStatus> => {
  const { namespace, core } = cluster;
  const schedule = await scheduleOf(cluster, cronJob, now);
  const jobs = (await listRuns(cluster, cronJob)).slice(0, runs);
  const labelSelector = `app.kubernetes.io/name in (${LAYERS.map((layer) => `rushes-${layer}`).join(', ')})`;
  const { items } = await cluster.ask({ verb: 'list', resource: 'pods' }, () => core.listNamespacedPod({ namespace, labelSelector }));
  let fault: ClusterFault | undefined;
  const pods = await Promise.all(
    items
      // What has ended is told by its job.
      .filter((pod) => !['Succeeded', 'Failed'].includes(pod.status?.phase ?? ''))
      .map(async (pod): Promise<PodStatus> => {
        const ready = pod.status?.conditions?.some(({ type, status }) => type === 'Ready' && status === 'True') === true;
        const layer = layerOf(pod) ?? 'batch';
        let figures: Readonly<Record<string, number>> | undefined;
        if (layer !== 'batch' && pod.status?.phase === 'Running' && exitCodeOfPod(pod) === undefined)
          try {
            figures = await readFigures(cluster, pod, [VERSION, CUT, UNCOVERED]);
          } catch (error) {
            if (!isFault(error, 'forbidden', 'away', 'not found', 'refused')) throw error;
            fault ??= error as ClusterFault; // as: it is one
          }
        return {
          layer,
          pod: pod.metadata?.name ?? '',
          ready,
          restarts: (pod.status?.containerStatuses ?? []).reduce((sum, { restartCount }) => sum + restartCount, 0),
          state: stateOfPod(pod),
          ...figuresOf(figures ?? {}, now),
        };
      }),
  );
  const order = (one: PodStatus): string => `${LAYERS.indexOf(one.layer)} ${one.pod}`;
  return { schedule, runs: jobs, pods: pods.toSorted((a, b) => order(a).localeCompare(order(b))), fault };
};
