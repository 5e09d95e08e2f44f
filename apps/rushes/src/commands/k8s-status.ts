import type { ClusterStatus, PodStatus, RunSummary } from '@rushes/adapters/kubernetes';
import { explainError, formatDuration } from '@rushes/runtime';
import { Option, type Command } from 'commander';

import { addCommand, done } from '../cli.ts';
import { client, clusterOptions, type ClusterFlags, openCluster } from '../cluster-options.ts';
import { outcomeOfJob } from '../job-outcome.ts';
import { table } from '../table.ts';
import { wholeNumber } from '../whole-number.ts';

const SECOND_MS = 1_000;

const outcomeOf = ({ end }: RunSummary): string => (end === undefined ? 'running' : outcomeOfJob(end).outcome);

/** Seconds that a run took, or has taken so far. */
const durationOf = ({ startedAt, finishedAt }: RunSummary, now: Date): number | undefined =>
  startedAt === undefined
    ? undefined
    : Math.round(((finishedAt === undefined ? now.getTime() : Date.parse(finishedAt)) - Date.parse(startedAt)) / SECOND_MS);

const span = (seconds: number | undefined): string => (seconds === undefined ? '-' : formatDuration(seconds * SECOND_MS));

const jsonOf = ({ schedule, runs, pods, fault }: ClusterStatus, namespace: string, cronjob: string, now: Date) => ({
  namespace,
  cronjob: {
    name: cronjob,
    schedule: schedule.schedule,
    time_zone: schedule.timeZone ?? null,
    suspended: schedule.suspended,
    last_start_at: schedule.lastStartAt ?? null,
    last_success_at: schedule.lastSuccessAt ?? null,
    next_start_at: schedule.nextStartAt ?? null,
  },
  runs: runs.map((run) => ({
    job: run.job,
    outcome: outcomeOf(run),
    by_hand: run.byHand,
    started_at: run.startedAt ?? null,
    finished_at: run.finishedAt ?? null,
    duration_s: durationOf(run, now) ?? null,
    version: run.progress.version === undefined ? null : Number(run.progress.version),
    step: run.end === undefined ? (run.progress.step ?? null) : null,
  })),
  pods: pods.map(({ layer, pod, ready, restarts, state, version, lagS }) => ({
    layer,
    pod,
    ready,
    restarts,
    state,
    version: version ?? null,
    lag_s: lagS === undefined ? null : Math.round(lagS),
  })),
  ...(fault === undefined ? {} : { versions_fault: fault.message }),
});

const runRow = (run: RunSummary, now: Date): readonly string[] => [
  run.job,
  `${outcomeOf(run)}${run.end === undefined && run.progress.step !== undefined ? ` (${run.progress.step})` : ''}`,
  run.byHand ? 'by hand' : 'schedule',
  run.startedAt ?? '-',
  span(durationOf(run, now)),
  run.progress.version ?? '-',
];

const podRow = ({ layer, pod, ready, restarts, state, version, lagS }: PodStatus): readonly (string | number)[] => [
  layer,
  pod,
  ready ? 'ready' : 'not ready',
  restarts,
  state,
  version === undefined ? '-' : String(version),
  span(lagS),
];

const describe = ({ schedule, runs, pods, fault }: ClusterStatus, namespace: string, cronjob: string, now: Date, columns: number): string =>
  [
    `Schedule   ${cronjob} in namespace ${namespace}: ${schedule.schedule}${schedule.timeZone === undefined ? '' : ` (${schedule.timeZone})`}, ${schedule.suspended ? 'suspended: `rushes k8s resume` starts it again' : `next start ${schedule.nextStartAt ?? 'unknown'}`}`,
    `Last       started ${schedule.lastStartAt ?? 'never'} by the schedule, succeeded ${schedule.lastSuccessAt ?? 'never'}`,
    '',
    runs.length === 0
      ? 'There has been no run yet: `rushes k8s run --follow` starts one.'
      : table(
          ['run', 'outcome', 'started by', 'started', 'duration', 'version'],
          runs.map((run) => runRow(run, now)),
          columns,
        ),
    '',
    pods.length === 0
      ? 'There are no pods.'
      : table(['layer', 'pod', 'readiness', 'restarts', 'state', 'version', 'lag'], pods.map(podRow), columns),
    ...(fault === undefined ? [] : ['', `Versions and lags are not all known: ${explainError(fault).message}`]),
  ].join('\n');

export const addK8sStatus = (k8s: Command): Command =>
  addCommand<ClusterFlags & { readonly runs: number }>(k8s, 'status', {
    summary: 'show the schedule, the last runs, and the pods with what they serve',
    description:
      "Shows the schedule, the last runs, and the pods of the three layers. A serving pod's lag is the age of the data that its version was made of; a speed pod's is the age of the oldest events that no published version covers. Both are asked of the pods, which takes the right to get pods/proxy.",
    settings: [],
    options: [
      new Option('--runs <N>', 'how many runs').argParser(wholeNumber(1)).default(6),
      ...clusterOptions('namespace', 'cronjob', 'context'),
    ],
    examples: [
      ['k8s status', 'how it does'],
      ['k8s status --json', 'the same for programs'],
    ],
    run: async ({ output }, { runs, ...flags }) => {
      const { readClusterStatus } = await client();
      const cluster = await openCluster(flags);
      const now = new Date();
      const status = await readClusterStatus(cluster, flags.cronjob, runs, now);
      const { namespace } = cluster;
      output.result(jsonOf(status, namespace, flags.cronjob, now), () => describe(status, namespace, flags.cronjob, now, output.columns));
      return done;
    },
  });
