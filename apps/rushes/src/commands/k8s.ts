import type { Command } from 'commander';

import { addK8sBackfill } from './k8s-backfill.ts';
import { addK8sFollow } from './k8s-follow.ts';
import { addK8sRun } from './k8s-run.ts';
import { addK8sStatus } from './k8s-status.ts';
import { addK8sSuspend } from './k8s-suspend.ts';

export const addK8s = (program: Command): Command => {
  const k8s = program
    .command('k8s')
    .description('Batch runs in a Kubernetes cluster: start and follow them, see how they do, suspend their schedule.');
  addK8sRun(k8s);
  addK8sFollow(k8s);
  addK8sBackfill(k8s);
  addK8sStatus(k8s);
  addK8sSuspend(k8s);
  return k8s;
};
