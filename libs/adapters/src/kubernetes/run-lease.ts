/**
 * The lease as an object of the API (coordination.k8s.io). Each change names the version that it was made of, so of two that change it at once one is refused:
 * that is the fence. An answer that was lost is found out by the holder's id, which no other has.
 */
import { V1MicroTime, type V1Lease } from '@kubernetes/client-node';
import { type LeaseState, type RunLease, StoreFault, StoreUnavailable } from '@rushes/ports';

import type { Cluster } from './cluster.ts';
import { ClusterFault, isFault } from './cluster-fault.ts';

export interface KubernetesLeaseOptions {
  readonly name: string;
  /** An id that no other process has, nor ever had. */
  readonly holder: string;
  /** In whole seconds. */
  readonly durationMs: number;
  /** A clock that only goes forward, in milliseconds. */
  readonly nowMs?: () => number;
}

const SECOND_MS = 1_000;
const RESOURCE = 'leases';
const ROLE = 'rushes-batch';

export const kubernetesLease = (
  cluster: Cluster,
  { name, holder, durationMs, nowMs = () => performance.now() }: KubernetesLeaseOptions,
): RunLease => {
  const { namespace, leases } = cluster;
  /** The last version of somebody else, and when it was first seen: what has not changed for its duration has run out. */
  let seen: { readonly version: string | undefined; readonly atMs: number } | undefined;
  /** As it was when this one took or renewed it last. */
  let mine: V1Lease | undefined;

  const read = () =>
    cluster.ask({ verb: 'get', resource: RESOURCE, name, role: ROLE }, () => leases.readNamespacedLease({ namespace, name }));
  /** The API server refuses it if what it was made of is not the last version any more. */
  const write = async (from: V1Lease, by: string | undefined): Promise<V1Lease> => {
    const now = new V1MicroTime();
    const isNew = from.spec?.holderIdentity !== by;
    const spec = {
      leaseDurationSeconds: durationMs / SECOND_MS,
      acquireTime: isNew ? now : (from.spec?.acquireTime ?? now),
      renewTime: now,
      leaseTransitions: (from.spec?.leaseTransitions ?? 0) + (isNew && by !== undefined ? 1 : 0),
      ...(by === undefined ? {} : { holderIdentity: by }),
    };
    // Only what is known of it, so that nothing that others added to it is lost.
    const body = { ...(from.metadata === undefined ? {} : { metadata: from.metadata }), spec };
    return cluster.ask({ verb: 'update', resource: RESOURCE, name, role: ROLE }, () =>
      leases.replaceNamespacedLease({ namespace, name, body }),
    );
  };
  const create = () =>
    cluster.ask({ verb: 'create', resource: RESOURCE, role: ROLE }, () =>
      leases.createNamespacedLease({
        namespace,
        body: {
          metadata: { name },
          spec: {
            holderIdentity: holder,
            leaseDurationSeconds: durationMs / SECOND_MS,
            acquireTime: new V1MicroTime(),
            renewTime: new V1MicroTime(),
            leaseTransitions: 1,
          },
        },
      }),
    );
  const holderOf = ({ spec }: V1Lease): string | undefined => (spec?.holderIdentity === '' ? undefined : spec?.holderIdentity);
  /** `undefined`: somebody else was quicker. */
  const unlessConflict = async (work: () => Promise<V1Lease>): Promise<V1Lease | undefined> => {
    try {
      return await work();
    } catch (error) {
      if (isFault(error, 'conflict')) return undefined;
      throw error;
    }
  };

  const take = async (): Promise<LeaseState> => {
    let found: V1Lease;
    try {
      found = await read();
    } catch (error) {
      if (!isFault(error, 'not found')) throw error;
      mine = await unlessConflict(create);
      if (mine !== undefined) return { held: true };
      found = await read();
    }
    const by = holderOf(found);
    if (by !== undefined && by !== holder) {
      const version = found.metadata?.resourceVersion;
      if (seen === undefined || seen.version !== version) seen = { version, atMs: nowMs() };
      if (nowMs() - seen.atMs < (found.spec?.leaseDurationSeconds ?? 0) * SECOND_MS) return { held: false, holder: by };
    }
    mine = await unlessConflict(() => write(found, holder));
    if (mine !== undefined) return { held: true };
    const quicker = holderOf(await read());
    return quicker === holder ? take() : { held: false, holder: quicker ?? 'somebody who gave it back' };
  };

  const renew = async (): Promise<boolean> => {
    const from = mine;
    if (from === undefined) return false;
    try {
      mine = await write(from, holder);
      return true;
    } catch (error) {
      if (!isFault(error, 'conflict', 'not found')) throw error;
    }
    // Either somebody else has it, or an earlier renewal came through without its answer.
    mine = undefined;
    const found = await read().catch((error: unknown) => {
      if (isFault(error, 'not found')) return undefined;
      mine = from;
      throw error;
    });
    if (found === undefined || holderOf(found) !== holder) return false;
    mine = found;
    return true;
  };

  const asStoreError = async <Result>(operation: string, work: () => Promise<Result>): Promise<Result> => {
    try {
      return await work();
    } catch (cause) {
      if (!(cause instanceof ClusterFault)) throw cause;
      const details = {
        location: `the lease ${name} in namespace ${namespace}`,
        operation,
        reason: `is out of reach: ${cause.message}`,
        cause,
      };
      throw cause.kind === 'away' ? new StoreUnavailable(details) : new StoreFault(details);
    }
  };

  return {
    take: () => asStoreError('take', take),
    renew: () => asStoreError('renew', renew),
    release: () =>
      asStoreError('release', async () => {
        const from = mine;
        mine = undefined;
        if (from !== undefined) await unlessConflict(() => write(from, undefined));
      }),
  };
};
