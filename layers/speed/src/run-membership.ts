/**
 * Keeps a member's part in the group: asks the owners, and does what `next` says. The lease is renewed in a loop of its own, which waits for nothing else:
 * writers end, are begun, and partitions are claimed and released side by side, each when it is ready.
 */
import type { PartitionId } from '@rushes/domain';
import type { Owners } from '@rushes/ports';
import { explainError, type Logger } from '@rushes/runtime';

import { hasLeft, joining, type MembershipAction, type MembershipEvent, type MembershipState, next } from './membership.ts';

/** Waits so long, or until the signal aborts; never rejects. */
export type Sleep = (ms: number, signal: AbortSignal) => Promise<void>;

export interface MembershipContext {
  readonly owners: Owners;
  /** An id that no other process has. */
  readonly member: string;
  readonly leaseMs: number;
  readonly logger: Logger;
  readonly sleep: Sleep;
  /** Projects a partition until the signal aborts or another member has it. Never rejects. */
  readonly project: (partition: PartitionId, fence: number, signal: AbortSignal) => Promise<'aborted' | 'fenced'>;
  readonly onRenewed: (state: MembershipState) => void;
}

/** So often a lease is renewed in its time, and while a partition is to come from another member. */
const RENEWALS = 3;
const RENEWALS_WAITING = 20;

/** Is a member until the signal aborts; ends when all that it held is released. */
export const runMembership = async (context: MembershipContext, stopped: AbortSignal): Promise<void> => {
  const { owners, member, leaseMs, logger, sleep } = context;
  let state = joining(member);
  const writers = new Map<PartitionId, AbortController>();
  const left = new AbortController();

  const failed = (what: string, err: unknown): void => {
    const { message, hint } = explainError(err);
    logger.error({ err, hint }, `${what}: ${message}`);
  };
  const attempt = (partition: PartitionId, work: Promise<MembershipEvent>): void =>
    void work.then(handle, (error: unknown) => {
      failed(`who projects ${partition} could not be changed`, error);
      handle({ type: 'failed', partition });
    });
  const claim = async (partition: PartitionId, seenFence: number): Promise<MembershipEvent> => ({
    type: 'claimed',
    partition,
    fence: await owners.claim(partition, member, seenFence),
  });
  const release = async (partition: PartitionId, fence: number): Promise<MembershipEvent> => {
    await owners.release(partition, fence);
    return { type: 'released', partition };
  };
  const project = async (partition: PartitionId, fence: number): Promise<void> => {
    const ended = new AbortController();
    writers.set(partition, ended);
    const how = await context.project(partition, fence, ended.signal);
    writers.delete(partition);
    handle({ type: 'ended', partition, isFenced: how === 'fenced' });
  };
  const perform = (action: MembershipAction): void => {
    const { partition } = action;
    switch (action.do) {
      case 'claim':
        return attempt(partition, claim(partition, action.seenFence));
      case 'release':
        return attempt(partition, release(partition, action.fence));
      case 'project':
        return void project(partition, action.fence);
      case 'end':
        return writers.get(partition)?.abort();
    }
  };
  function handle(event: MembershipEvent): void {
    const after = next(state, event);
    state = after.state;
    for (const action of after.actions) perform(action);
    if (hasLeft(state)) left.abort();
  }
  const stop = (): void => handle({ type: 'stop' });
  if (stopped.aborted) stop();
  else stopped.addEventListener('abort', stop, { once: true });

  while (!left.signal.aborted) {
    try {
      handle({ type: 'renewed', group: await owners.renew(member, leaseMs, { signal: left.signal }) });
      context.onRenewed(state);
    } catch (error) {
      if (!left.signal.aborted) failed('the lease of the speed layer could not be renewed', error);
    }
    await sleep(leaseMs / (state.isWaiting ? RENEWALS_WAITING : RENEWALS), left.signal);
  }
  await owners.leave(member).catch((error: unknown) => failed('the group of the speed layer could not be left', error));
};
