import type { RunSummary } from '@rushes/adapters/kubernetes';
import { EXIT_CODES, exitCodeOfSignal, type ExitCode, UsageError } from '@rushes/runtime';
import { Option, type Command } from 'commander';
import { createHash, randomBytes } from 'node:crypto';

import { day, daysFromTo, sourceOfDay } from '../backfill-days.ts';
import { addCommand, done, type Invocation } from '../cli.ts';
import { client, clusterOptions, type ClusterFlags, flagsAgain, openCluster } from '../cluster-options.ts';
import { followRun } from '../follow-run.ts';

interface BackfillFlags extends ClusterFlags {
  readonly source: string;
  readonly from: string;
  readonly to: string;
  readonly follow?: true;
}

interface DayOutcome {
  readonly day: string;
  readonly job: string;
  readonly outcome: string;
}

/** Which backfill a job belongs to, and which day it is: what a second call finds again. */
const BACKFILL = 'rushes/backfill';
const DAY = 'rushes/backfill-day';
/** Jobs are kept for a week after their end, so that a backfill can be gone on with. */
const KEEP_SECONDS = 7 * 86_400;

/** The same source of the same CronJob is the same backfill, whatever its days. */
const backfillOf = (source: string, cronjob: string): string =>
  createHash('sha256')
    .update(JSON.stringify([cronjob, source]))
    .digest('hex')
    .slice(0, 16);

const daysOf = (from: string, to: string): readonly string[] => {
  try {
    return daysFromTo(from, to);
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error), {
      hint: 'Give the first day with --from and the last with --to.',
    });
  }
};

const runDays = async (invocation: Invocation, { source, from, to, follow, ...flags }: BackfillFlags): Promise<ExitCode> => {
  const { output, lifecycle } = invocation;
  const { listRuns, runJobName, startRun } = await client();
  const days = daysOf(from, to);
  const cluster = await openCluster(flags);
  const backfill = backfillOf(source, flags.cronjob);
  const before = await listRuns(cluster, flags.cronjob, `${BACKFILL}=${backfill}`);
  const results: DayOutcome[] = [];
  const tell = (code: ExitCode, text: string): ExitCode => {
    output.result({ source, from, to, days: results, exit_code: code }, () => text);
    return code;
  };
  for (const of of days) {
    const known = before.filter(({ labels }) => labels[DAY] === of);
    const complete = known.find(({ end }) => end?.ended === 'complete');
    if (complete !== undefined) {
      results.push({ day: of, job: complete.job, outcome: 'published before' });
      output.note(`${of}: published before, by ${complete.job}`);
      continue;
    }
    const running: RunSummary | undefined = known.find(({ end }) => end === undefined);
    const job = running?.job ?? runJobName(flags.cronjob, `backfill-${of}`, randomBytes(4).toString('hex'));
    if (running === undefined)
      await startRun(cluster, flags.cronjob, {
        name: job,
        imdb: sourceOfDay(source, of),
        labels: { [BACKFILL]: backfill, [DAY]: of },
        keepSeconds: KEEP_SECONDS,
      });
    output.note(`${of}: run ${job} ${running === undefined ? 'is started' : 'is under way'}`);
    const { outcome, exitCode, text } = await followRun(invocation, cluster, job, follow === true);
    if (outcome === undefined || exitCode === undefined) {
      results.push({ day: of, job, outcome: 'running' });
      const stoppedBy = lifecycle.stoppedBy();
      return tell(
        stoppedBy === undefined ? EXIT_CODES.failed : exitCodeOfSignal(stoppedBy),
        `Run ${job} goes on; no further one is started. The same command goes on with it, \`rushes k8s follow ${job}${flagsAgain(flags)}\` shows what it says, \`kubectl -n ${cluster.namespace} delete job ${job}\` stops it.`,
      );
    }
    results.push({ day: of, job, outcome });
    output.note(`${of}: ${outcome}; ${text}`);
    if (exitCode !== EXIT_CODES.ok)
      return tell(
        exitCode,
        `The backfill ends with ${of}: each day is measured against the one before. The same command goes on from there.`,
      );
  }
  return tell(done, `All ${days.length} days from ${from} to ${to} are published.`);
};

export const addK8sBackfill = (k8s: Command): Command =>
  addCommand<BackfillFlags>(k8s, 'backfill', {
    summary: "run the batch layer over IMDb's files of several days, one after another",
    description:
      "IMDb's files are new every day. Where each day's are kept in a folder or prefix of their own, named after the day, this makes one run a day, in order: the next one starts when the one before has published. It stops at a day that fails. Called again, it goes on: days that have published are passed over, and one that is under way is followed. Suspend the schedule meanwhile (`rushes k8s suspend`): its runs read today's files.",
    settings: [],
    options: [
      new Option(
        '--source <PLACE>',
        'folder in the pod, or s3://bucket/prefix, under which each day has its own: PLACE/2026-11-01',
      ).makeOptionMandatory(),
      new Option('--from <DAY>', 'the first day').argParser(day).makeOptionMandatory(),
      new Option('--to <DAY>', 'the last day').argParser(day).makeOptionMandatory(),
      new Option('--follow', 'show what the runs say'),
      ...clusterOptions('namespace', 'cronjob', 'context'),
    ],
    examples: [['k8s backfill --source s3://rushes/imdb --from 2026-11-01 --to 2026-11-05', 'five runs; called again, it goes on']],
    run: runDays,
  });
