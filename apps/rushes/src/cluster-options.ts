/** The flags by which commands find a cluster, and the way to it. The client is loaded when a command needs it, so that no other one waits for it. */
import type { Cluster } from '@rushes/adapters/kubernetes';
import { explainError, UsageError } from '@rushes/runtime';
import { Option } from 'commander';

export interface ClusterFlags {
  readonly context?: string;
  readonly namespace?: string;
  readonly cronjob: string;
}

const FLAGS: Readonly<Record<keyof ClusterFlags, () => Option>> = {
  context: () => new Option('--context <NAME>', 'context of the kubeconfig (default: its current one)'),
  namespace: () => new Option('--namespace <NAME>', "namespace (default: the context's, and rushes where it names none)"),
  cronjob: () => new Option('--cronjob <NAME>', 'CronJob of the batch layer').default('rushes-batch'),
};

export const clusterOptions = (...names: readonly (keyof ClusterFlags)[]): readonly Option[] => names.map((name) => FLAGS[name]());

export const client = () => import('@rushes/adapters/kubernetes');

/** @throws UsageError if the kubeconfig cannot be read, or has no such context. */
export const openCluster = async ({ context, namespace }: Pick<ClusterFlags, 'context' | 'namespace'>): Promise<Cluster> => {
  const { connectCluster } = await client();
  try {
    return connectCluster({ context, namespace });
  } catch (error) {
    const { message, hint } = explainError(error);
    throw new UsageError(message, { ...(hint === undefined ? {} : { hint }), cause: error });
  }
};

/** The flags once more, for a command line that somebody is told to use next. */
export const flagsAgain = ({ context, namespace }: Pick<ClusterFlags, 'context' | 'namespace'>): string =>
  [...(context === undefined ? [] : [` --context ${context}`]), ...(namespace === undefined ? [] : [` --namespace ${namespace}`])].join('');
