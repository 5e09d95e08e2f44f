/** A way to one namespace of a cluster. Everything that asks the API server for something goes through `ask`, so that each refusal says which right is missing. */
import { BatchV1Api, CoordinationV1Api, CoreV1Api, KubeConfig } from '@kubernetes/client-node';

import { ClusterFault, faultOf, type Request } from './cluster-fault.ts';

export interface ClusterOptions {
  /** Of the kubeconfig. Default: its current one. */
  readonly context?: string | undefined;
  /** Default: the context's, and `rushes` where it names none. */
  readonly namespace?: string | undefined;
}

export interface Cluster {
  readonly config: KubeConfig;
  /** Address of the API server. */
  readonly server: string;
  readonly namespace: string;
  readonly batch: BatchV1Api;
  readonly core: CoreV1Api;
  readonly leases: CoordinationV1Api;
  /** @throws ClusterFault */
  readonly ask: <Result>(request: Omit<Request, 'namespace'>, work: () => Promise<Result>) => Promise<Result>;
}

const DEFAULT_NAMESPACE = 'rushes';
/** An answer takes no longer, in milliseconds; what is watched or streamed does not go this way. */
const TIMEOUT_MS = 20_000;
/** Inside the cluster: a run waits for several of them before it goes on without. */
const OWN_TIMEOUT_MS = 5_000;

/** So that an API server that takes a connection and says nothing is told as one that is away. */
const inTime = async <Result>(timeoutMs: number, work: () => Promise<Result>): Promise<Result> => {
  const late = Promise.withResolvers<never>();
  const timer = setTimeout(() => late.reject(new Error(`no answer within ${timeoutMs / 1_000} s`)), timeoutMs);
  try {
    return await Promise.race([work(), late.promise]);
  } finally {
    clearTimeout(timer);
  }
};

export const clusterOf = (config: KubeConfig, namespace: string, timeoutMs = TIMEOUT_MS): Cluster => {
  const server = config.getCurrentCluster()?.server;
  if (server === undefined)
    throw new ClusterFault('refused', `the kubeconfig has no cluster for the context ${config.getCurrentContext()}`);
  return {
    config,
    server,
    namespace,
    batch: config.makeApiClient(BatchV1Api),
    core: config.makeApiClient(CoreV1Api),
    leases: config.makeApiClient(CoordinationV1Api),
    async ask(request, work) {
      try {
        return await inTime(timeoutMs, work);
      } catch (error) {
        throw faultOf(error, { namespace, ...request }, server);
      }
    },
  };
};

/**
 * The cluster of the kubeconfig (`KUBECONFIG`, or `~/.kube/config`); inside a pod without one, its own. Nothing is asked yet.
 * @throws ClusterFault if there is no such context, or the file cannot be read.
 */
export const connectCluster = ({ context, namespace }: ClusterOptions = {}): Cluster => {
  const config = new KubeConfig();
  try {
    config.loadFromDefault();
  } catch (cause) {
    throw new ClusterFault('refused', 'the kubeconfig cannot be read', { cause });
  }
  if (context !== undefined) {
    const known = config.getContexts().map(({ name }) => name);
    if (!known.includes(context))
      throw new ClusterFault('refused', `the kubeconfig has no context ${context}`, { hint: `It has ${known.join(', ') || 'none'}.` });
    config.setCurrentContext(context);
  }
  return clusterOf(config, namespace ?? config.getContextObject(config.getCurrentContext())?.namespace ?? DEFAULT_NAMESPACE);
};

/** The cluster that this process is a pod of; `undefined` outside of one, or without a token. */
export const connectOwnCluster = (): Cluster | undefined => {
  const config = new KubeConfig();
  if ((process.env['KUBERNETES_SERVICE_HOST'] ?? '') === '') return undefined;
  config.loadFromCluster();
  const namespace = config.getContextObject(config.getCurrentContext())?.namespace;
  return namespace === undefined ? undefined : clusterOf(config, namespace, OWN_TIMEOUT_MS);
};
