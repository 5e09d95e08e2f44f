/**
 * What objects there are, and each change of them, for as long as one likes. Invariant: after every gap (a connection that broke, an API server that was away,
 * a version that is not kept any more) either the watch goes on from the last version that was seen, or the whole list is told anew: nothing stays unnoticed.
 */
import { setTimeout as sleep } from 'node:timers/promises';

import { type KubernetesObject, Watch } from '@kubernetes/client-node';

import type { Cluster } from './cluster.ts';
import { type ClusterFault, faultOf, faultOfStatus, isFault, type Request } from './cluster-fault.ts';

export type Change<T> =
  /** All that there are; others that were known have gone. */
  | { readonly type: 'all'; readonly objects: readonly T[] }
  | { readonly type: 'changed'; readonly object: T }
  | { readonly type: 'deleted'; readonly object: T };

export interface WatchedObjects<T extends KubernetesObject> {
  /** In the plural: `jobs`. */
  readonly resource: string;
  /** `/apis/batch/v1/namespaces/rushes/jobs` */
  readonly path: string;
  readonly fieldSelector?: string;
  readonly labelSelector?: string;
  readonly list: () => Promise<{ readonly items: readonly T[]; readonly metadata?: { readonly resourceVersion?: string } }>;
}

export interface WatchOptions<T> {
  /** Ends it. */
  readonly signal: AbortSignal;
  readonly see: (change: Change<T>) => void;
  /** The API server is away; it is asked again. */
  readonly onAway?: (fault: ClusterFault) => void;
  /** The first wait before asking again, in milliseconds; it doubles up to forty times as much. */
  readonly firstWaitMs?: number;
}

const FIRST_WAIT_MS = 250;
const LONGEST_WAIT = 40;
/** A watch that lasted so long went well, in milliseconds. */
const WENT_WELL_MS = 5_000;
/** An API server that has just started does not know rights yet: so many refusals in a row are none, once it has answered. */
const MOST_REFUSALS = 5;

/** One of the client's watches. Settles when it is over; `seen` has every change and every version. */
const watchOnce = async (
  cluster: Cluster,
  { path, fieldSelector, labelSelector }: Pick<WatchedObjects<KubernetesObject>, 'path' | 'fieldSelector' | 'labelSelector'>,
  resourceVersion: string,
  signal: AbortSignal,
  seen: (type: string, object: KubernetesObject & { readonly code?: number }) => void,
): Promise<void> => {
  const over = Promise.withResolvers<void>();
  const query = { resourceVersion, fieldSelector, labelSelector, allowWatchBookmarks: true };
  const settle = (error: unknown): void => {
    // Silence is no fault: the client ends a watch that has said nothing for half a minute.
    if (error === null || error === undefined || (error instanceof Error && error.name === 'TimeoutError')) over.resolve();
    else over.reject(error instanceof Error ? error : new Error('the watch broke', { cause: error }));
  };
  // It hands out its controller when the answer begins, which may be late.
  const begun = new Watch(cluster.config).watch(path, query, seen, settle);
  begun.catch(settle);
  const end = (): void => {
    over.resolve();
    void begun.then((controller) => controller.abort());
  };
  signal.addEventListener('abort', end);
  if (signal.aborted) end();
  try {
    await over.promise;
  } finally {
    signal.removeEventListener('abort', end);
  }
};

/**
 * Watches until the signal.
 * @throws ClusterFault if it may not, or what it asks for cannot be.
 */
export const watchObjects = async <T extends KubernetesObject>(
  cluster: Cluster,
  what: WatchedObjects<T>,
  { signal, see, onAway, firstWaitMs = FIRST_WAIT_MS }: WatchOptions<T>,
): Promise<void> => {
  let version: string | undefined;
  let [failures, refusals, hasListed, hasWatched] = [0, 0, false, false];
  const attempt = async (): Promise<void> => {
    if (version === undefined) {
      const { items, metadata } = await cluster.ask({ verb: 'list', resource: what.resource }, what.list);
      version = metadata?.resourceVersion ?? '0';
      hasListed = true;
      see({ type: 'all', objects: items });
    }
    const startedMs = performance.now();
    const request: Request = { verb: 'watch', resource: what.resource, namespace: cluster.namespace };
    let fault: ClusterFault | undefined;
    try {
      await watchOnce(cluster, what, version, signal, (type, object) => {
        if (type === 'ERROR') {
          fault = faultOfStatus(object.code ?? 500, object, request, cluster.server);
          return;
        }
        [failures, refusals] = [0, 0];
        version = object.metadata?.resourceVersion ?? version;
        if (type === 'BOOKMARK') return;
        // as: the API server sends objects of the kind that was asked for
        see({ type: type === 'DELETED' ? 'deleted' : 'changed', object: object as T });
      });
    } catch (error) {
      throw faultOf(error, request, cluster.server);
    }
    if (fault !== undefined) throw fault;
    hasWatched = true;
    if (performance.now() - startedMs > WENT_WELL_MS) [failures, refusals] = [0, 0];
  };
  while (!signal.aborted) {
    try {
      await attempt();
    } catch (error) {
      if (signal.aborted) return;
      if (isFault(error, 'expired')) [version, hasWatched] = [undefined, true];
      else if (isFault(error, 'forbidden', 'unknown user')) {
        refusals += 1;
        if (!hasWatched || refusals > MOST_REFUSALS) throw error;
      } else if (isFault(error, 'away')) {
        if (!hasListed) throw error;
        hasWatched = true;
        onAway?.(error as ClusterFault); // as: it is one
      } else throw error;
    }
    await sleep(firstWaitMs * Math.min(2 ** failures, LONGEST_WAIT), undefined, { signal }).catch(() => undefined);
    failures += 1;
  }
};
