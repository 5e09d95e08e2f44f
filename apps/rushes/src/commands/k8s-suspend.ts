import type { Command } from 'commander';

import { addCommand, done } from '../cli.ts';
import { client, clusterOptions, type ClusterFlags, openCluster } from '../cluster-options.ts';

const addSwitch = (k8s: Command, name: 'suspend' | 'resume', summary: string, after: string): Command =>
  addCommand<ClusterFlags>(k8s, name, {
    summary,
    settings: [],
    options: clusterOptions('namespace', 'cronjob', 'context'),
    examples: [[`k8s ${name}`, summary]],
    run: async ({ output }, flags) => {
      const { suspendRuns } = await client();
      const cluster = await openCluster(flags);
      const suspended = name === 'suspend';
      const was = await suspendRuns(cluster, flags.cronjob, suspended);
      output.result(
        { cronjob: flags.cronjob, namespace: cluster.namespace, suspended, changed: was !== suspended },
        () =>
          `${flags.cronjob} ${was === suspended ? 'was' : 'is'} ${suspended ? 'suspended' : 'on its schedule'}${was === suspended ? ' before' : ''}. ${after}`,
      );
      return done;
    },
  });

export const addK8sSuspend = (k8s: Command): void => {
  addSwitch(k8s, 'suspend', 'start no more runs by the schedule', 'A run under way goes on; runs by hand are still possible.');
  addSwitch(
    k8s,
    'resume',
    'start runs by the schedule again',
    'Of the starts that were missed one is made up for, if it is less than an hour late.',
  );
};
