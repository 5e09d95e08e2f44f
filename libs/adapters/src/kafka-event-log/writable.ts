/** Whether appends would be taken now, as far as metadata say it: nothing is appended. Pure. */
import { StoreFault, StoreUnavailable } from '@rushes/ports';

import type { Metadata } from './cluster-view.ts';

/** The bit of the right to write (AclOperation WRITE is 4), and what stands there if brokers say nothing of rights. */
const WRITE = 1 << 4;
const NOT_TOLD = -(2 ** 31);

/** @throws StoreFault, StoreUnavailable. */
export const requireWritable = ({ topics }: Metadata, minInsyncReplicas: number, location: string): void => {
  for (const { name, topicAuthorizedOperations: rights, partitions } of topics) {
    if (rights !== NOT_TOLD && (rights & WRITE) === 0)
      throw new StoreFault({
        location,
        reason: `does not let this client write to ${name}`,
        hint: 'Allow the user to write to the topics.',
      });
    for (const { partitionIndex, leaderId, isrNodes } of partitions) {
      const hint = 'See whether all brokers run.';
      if (leaderId < 0) throw new StoreUnavailable({ location, reason: `has no leader for ${name}/${partitionIndex}`, hint });
      if (isrNodes.length < minInsyncReplicas)
        throw new StoreUnavailable({
          location,
          reason: `has ${isrNodes.length} replicas of ${name}/${partitionIndex} in step, of ${minInsyncReplicas} that it takes`,
          hint,
        });
    }
  }
};
