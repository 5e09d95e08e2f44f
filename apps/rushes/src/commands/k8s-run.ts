import { Option, type Command } from 'commander';
import { randomBytes } from 'node:crypto';

import { addCommand, done } from '../cli.ts';
import { client, clusterOptions, type ClusterFlags, flagsAgain, openCluster } from '../cluster-options.ts';
import { followAndTell } from '../follow-run.ts';

interface RunFlags extends ClusterFlags {
  readonly full?: true;
  readonly follow?: true;
}

export const addK8sRun = (k8s: Command): Command =>
  addCommand<RunFlags>(k8s, 'run', {
    summary: 'start a batch run in the cluster',
    description:
      "Makes a job of the CronJob's template, as `kubectl create job --from` does. With --follow it shows what the run says until it has ended, and ends with the run's exit code; Ctrl-C ends the following, not the run.",
    settings: [],
    options: [
      new Option('--full', 'compute everything anew, whatever was computed before'),
      new Option('--follow', 'show what it says, and end as it ends'),
      ...clusterOptions('namespace', 'cronjob', 'context'),
    ],
    examples: [
      ['k8s run --follow', 'one run, followed to its end'],
      ['k8s run --full --namespace films', 'everything anew, in another namespace'],
    ],
    run: async (invocation, { full, follow, ...flags }) => {
      const { runJobName, startRun } = await client();
      const cluster = await openCluster(flags);
      const job = runJobName(flags.cronjob, full === true ? 'full' : 'manual', randomBytes(4).toString('hex'));
      await startRun(cluster, flags.cronjob, { name: job, full: full === true });
      if (follow === true) {
        invocation.output.note(`Run ${job} is started in namespace ${cluster.namespace}.`);
        return followAndTell(invocation, cluster, job, flags);
      }
      const next = `rushes k8s follow ${job}${flagsAgain(flags)}`;
      invocation.output.result(
        { job, namespace: cluster.namespace, follow: next },
        () => `Run ${job} is started in namespace ${cluster.namespace}. \`${next}\` follows it.`,
      );
      return done;
    },
  });
