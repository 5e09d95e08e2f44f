/** A run in a cluster on this screen: what its pods say, the steps that it reports, how it ended. */
import type { Cluster, RunProgress } from '@rushes/adapters/kubernetes';
import { explainError, exitCodeOfSignal, EXIT_CODES, type ExitCode } from '@rushes/runtime';

import type { Invocation } from './cli.ts';
import { type ClusterFlags, client, flagsAgain } from './cluster-options.ts';
import { type JobOutcome, outcomeOfJob } from './job-outcome.ts';
import { logLine } from './log-line.ts';

export interface FollowedRun extends Partial<JobOutcome> {
  readonly job: string;
  readonly version: string | undefined;
}

/** On the way to the answer: for people on standard output, for programs in the log. */
const say = ({ output, logger }: Invocation, text: string): void => {
  if (output.json) logger.info(text);
  else output.note(text);
};

/** Programs get lines of JSON as the run wrote them. */
const sayLine = (invocation: Invocation, line: string): void => {
  if (!invocation.output.json) say(invocation, logLine(line));
  else if (line.startsWith('{')) invocation.terminal.write(`${line}\n`);
  else say(invocation, line);
};

/** Follows to the end; without an outcome if it was interrupted. `logs`: what the pods say too. */
export const followRun = async (invocation: Invocation, cluster: Cluster, job: string, logs: boolean): Promise<FollowedRun> => {
  const { followJob } = await client();
  const { signal } = invocation.lifecycle;
  let progress: RunProgress = {};
  let isAway = false;
  const back = (): void => {
    if (isAway) say(invocation, 'The API server answers again.');
    isAway = false;
  };
  const end = await followJob(cluster, job, {
    signal,
    ...(logs
      ? {
          onLine: (_, line) => {
            back();
            sayLine(invocation, line);
          },
        }
      : {}),
    onPod: (pod, state) => {
      back();
      say(invocation, `Pod ${pod}: ${state}`);
    },
    onProgress: (next) => {
      back();
      // Where logs are shown they say the steps.
      if (!logs && next.step !== undefined && next.step !== progress.step) say(invocation, `Step ${next.step}`);
      progress = next;
    },
    onAway: (fault) => {
      if (!isAway) say(invocation, `${explainError(fault).message}; following goes on when it answers again.`);
      isAway = true;
    },
  });
  return { job, version: progress.version, ...(end === undefined ? {} : outcomeOfJob(end)) };
};

/** Follows a run and says how it ended; interrupted, how to go on. */
export const followAndTell = async (
  invocation: Invocation,
  cluster: Cluster,
  job: string,
  flags: Pick<ClusterFlags, 'context' | 'namespace'>,
): Promise<ExitCode> => {
  const { output, lifecycle } = invocation;
  const { outcome, exitCode, text, version } = await followRun(invocation, cluster, job, true);
  if (outcome === undefined || exitCode === undefined) {
    const next = { follow: `rushes k8s follow ${job}${flagsAgain(flags)}`, stop: `kubectl -n ${cluster.namespace} delete job ${job}` };
    output.result(
      { job, following: 'ended', ...next },
      () => `The run goes on. \`${next.follow}\` follows it again, \`${next.stop}\` stops it.`,
    );
    const stoppedBy = lifecycle.stoppedBy();
    return stoppedBy === undefined ? EXIT_CODES.failed : exitCodeOfSignal(stoppedBy);
  }
  output.result(
    { job, outcome, exit_code: exitCode, message: text, ...(version === undefined ? {} : { version: Number(version) }) },
    () => `Run ${job}${version === undefined ? '' : ` (version ${version})`}: ${outcome}; ${text}.`,
  );
  return exitCode;
};
