/** Up to where the archive may be closed with an opening balance. */
import type { OffsetVector } from '@rushes/domain';
import { offsetAt, PARTITIONS } from '@rushes/domain';
import type { Lake } from '@rushes/lake';
import { landingsFor } from '../archive/archived-records.ts';
import { landedOf, type Landing, landingOf } from '../archive/landing.ts';
import type { Archive } from '../archive/opening.ts';

export interface EndLimits {
  /** Only what landed before this instant. */
  readonly olderThanMs: number;
  /** Only what all of these versions cover: they may be published again, and the next run goes on from there. */
  readonly cuts: readonly OffsetVector[];
}

/** A landing that an opening balance can end with, and the last one whose files nobody needs beside it. */
export interface NextEnd {
  readonly end: Landing;
  readonly spent: Landing;
}

/** @returns the newest landing within the limits, if a balance that ends with it frees any file that is not free yet. */
export const findNextEnd = async (
  lake: Lake,
  { last, opening }: Archive,
  { olderThanMs, cuts }: EndLimits,
): Promise<NextEnd | undefined> => {
  const isWithin = (landing: Landing): boolean =>
    Date.parse(landing.landedAt) < olderThanMs &&
    cuts.every((cut) => PARTITIONS.every((partition) => landedOf(landing, partition).to <= offsetAt(cut, partition)));
  // Both limits grow with the number.
  let [from, to] = [opening?.landing ?? 0, last?.number ?? 0];
  let end: Landing | undefined;
  while (from < to) {
    const middle = Math.ceil((from + to) / 2);
    const landing = await landingOf(lake, middle);
    if (isWithin(landing)) [from, end] = [middle, landing];
    else to = middle - 1;
  }
  if (!end) return undefined;
  const ending = end;
  const ends = PARTITIONS.map((partition) => ({ partition, from: landedOf(ending, partition).to, to: landedOf(ending, partition).to }));
  const { base: spent } = await landingsFor(lake, end, ends);
  return spent && spent.number > (opening?.spent ?? 0) ? { end, spent } : undefined;
};
