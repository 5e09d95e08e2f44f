/** The partitions that keys belong into. Movies come again and again, and a hash for each record costs more than decoding it. */
import { type PartitionId, partitionOf, type Topic, TOPICS } from '@rushes/domain';

/** Then all are forgotten. */
const KEYS_AT_MOST = 50_000;

const known = new Map(TOPICS.map((topic) => [topic, new Map<string, PartitionId>()]));

export const homeOf = (topic: Topic, key: string): PartitionId => {
  const homes = known.get(topic);
  const home = homes?.get(key);
  if (home !== undefined) return home;
  if ((homes?.size ?? 0) >= KEYS_AT_MOST) homes?.clear();
  const found = partitionOf(topic, key);
  homes?.set(key, found);
  return found;
};
