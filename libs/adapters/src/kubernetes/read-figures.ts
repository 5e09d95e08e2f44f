/** What pods say of themselves on /metrics, asked for by way of the API server. */
import type { V1Pod } from '@kubernetes/client-node';

import type { Cluster } from './cluster.ts';

/** Metrics without a label, or with the largest value of all labels. */
export const figuresIn = (text: string, names: readonly string[]): Readonly<Record<string, number>> => {
  const found: Record<string, number> = {};
  for (const line of text.split('\n')) {
    const [, name = '', value = ''] = /^([a-z_]+)(?:\{[^}]*\})? ([^ ]+)/.exec(line) ?? [];
    const number = Number(value);
    if (names.includes(name) && Number.isFinite(number)) found[name] = Math.max(found[name] ?? -Infinity, number);
  }
  return found;
};

/** The port on which a pod of ours has its metrics. */
const portOf = ({ spec }: V1Pod): number | undefined =>
  spec?.containers.flatMap(({ ports = [] }) => ports).find(({ name }) => name === 'http' || name === 'metrics')?.containerPort;

/**
 * `undefined` if it has no port for them.
 * @throws ClusterFault if the right to ask pods is missing, or the pod does not answer.
 */
export const readFigures = async (
  cluster: Cluster,
  pod: V1Pod,
  names: readonly string[],
): Promise<Readonly<Record<string, number>> | undefined> => {
  const port = portOf(pod);
  if (port === undefined) return undefined;
  const { namespace, core } = cluster;
  const name = `${pod.metadata?.name ?? ''}:${port}`;
  const text = await cluster.ask({ verb: 'get', resource: 'pods/proxy', role: 'rushes-figures' }, () =>
    core.connectGetNamespacedPodProxyWithPath({ namespace, name, path: 'metrics' }),
  );
  return figuresIn(text, names);
};
