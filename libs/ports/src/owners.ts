/**
 * Who projects which partition. The store that checks fences issues them: a claim is answered with a fence above every earlier one of the partition, and from
 * then on the speed store refuses what comes under an earlier one. Membership is a hint and guards nothing: a member that is late with renewing goes on
 * owning what nobody has claimed. Who should own what is for the members to decide.
 */
import type { PartitionId } from '@rushes/domain';

export interface Ownership {
  readonly partition: PartitionId;
  /** The member that claimed it last; `null` if it was released, or nobody has. */
  readonly owner: string | null;
  /** The highest fence that was issued for it; 0 if none was. */
  readonly fence: number;
}

export interface Group {
  /** The members whose lease has not run out, in an order that is the same for all. */
  readonly members: readonly string[];
  /** Of every partition that was ever claimed. */
  readonly owned: readonly Ownership[];
}

export interface Owners {
  /**
   * Makes the caller a member for the next `leaseMs`, and says who else is one. To be called several times a lease.
   * @param member an id that no other process has, nor ever had.
   */
  renew(member: string, leaseMs: number, options?: { readonly signal?: AbortSignal }): Promise<Group>;
  /**
   * Makes the partition the member's if its fence is still `seenFence`, and returns its new fence, which is higher. `undefined`: somebody else was quicker.
   * The member's own earlier attempt, whose answer was lost, counts as won: to be called again after an error.
   */
  claim(partition: PartitionId, member: string, seenFence: number): Promise<number | undefined>;
  /** Makes the partition nobody's, if this is still its fence. */
  release(partition: PartitionId, fence: number): Promise<void>;
  /** Ends the membership, and makes nobody's what the member owns. */
  leave(member: string): Promise<void>;
}
