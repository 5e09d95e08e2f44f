import { JUDGED_WINDOW_MS } from '@rushes/domain';
import type { LandedPartition } from './landing.ts';

/**
 * Whether duplicates of records from `end` on may lie in what landed before `landed` ended. Where a landing does not say how far the duplicate clock had
 * come, they may.
 */
export const isInWindow = (landed: LandedPartition, end: LandedPartition): boolean =>
  landed.countedMs === undefined || end.countedMs === undefined || landed.countedMs >= end.countedMs - JUDGED_WINDOW_MS;
