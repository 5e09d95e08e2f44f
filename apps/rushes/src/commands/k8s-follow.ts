import { Argument, type Command } from 'commander';

import { addCommand } from '../cli.ts';
import { clusterOptions, type ClusterFlags, openCluster } from '../cluster-options.ts';
import { followAndTell } from '../follow-run.ts';

export const addK8sFollow = (k8s: Command): Command =>
  addCommand<Pick<ClusterFlags, 'context' | 'namespace'> & { readonly job: string }>(k8s, 'follow', {
    summary: 'show what a run in the cluster says, and end as it ends',
    description:
      "Shows what a run says from its start on, until it has ended, and ends with the run's exit code. Ctrl-C ends the following, not the run.",
    settings: [],
    arguments: [new Argument('<job>', 'name of the job: `rushes k8s status` lists them')],
    options: clusterOptions('namespace', 'context'),
    examples: [['k8s follow rushes-batch-manual-1a2b3c4d', 'a run that was started before']],
    run: async (invocation, { job, ...flags }) => followAndTell(invocation, await openCluster(flags), job, flags),
  });
