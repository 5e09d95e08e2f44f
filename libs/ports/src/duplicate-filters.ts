/**
 * Where layers get the filters that tell duplicates. The ids of days of a busy partition are more than a process should hold in memory: an
 * implementation keeps them elsewhere, decides as `duplicateFilter` of the domain does, and takes a bounded part of memory for each filter.
 */
import type { DuplicateFilter } from '@rushes/domain';

export interface OpenDuplicateFilter extends DuplicateFilter {
  /** Forgets everything. Used after it, the filter throws. */
  close(): void;
}

export interface DuplicateFilters {
  /**
   * A filter that has seen nothing yet. Filters know nothing of each other, and none outlives its process.
   * @param timeMs how far time had come before the first record it is shown, in milliseconds since 1970.
   */
  open(timeMs?: number): OpenDuplicateFilter;
}
