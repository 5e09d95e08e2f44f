/** What an answer of a version with an overlay lacks. */
import { PARTITIONS, type Range } from './log.ts';
import type { Overlay, OverlaySpan } from './overlay.ts';
import type { Version } from './batch.ts';
import { coverageOf } from './store.ts';
import { afterCut, type World } from './world.ts';

/** The position of the answer: an overlay behind the cut adds nothing. */
export const positionWith = (world: World, version: Version, { position }: Overlay): readonly number[] =>
  PARTITIONS.map((partition) =>
    world.rules.comparePositions ? Math.max(position[partition] ?? 0, afterCut(version, partition)) : (position[partition] ?? 0),
  );

/** Epochs of the overlay that lie after the version's cut. */
const spansAfter = (version: Version, { spans }: Overlay, partition: number): readonly OverlaySpan[] =>
  (spans[partition] ?? []).filter(({ epoch }) => epoch > version.number);

/** Read while it was unexpired, and not expired since. */
export const isServable = (world: World, partition: number, { epoch, start, loaded }: OverlaySpan): boolean => {
  if (!world.rules.checkCoverage) return true;
  if (!loaded || world.variants.memoryOutlivesExpiry) return loaded;
  return coverageOf(world.store, partition, epoch).some(({ from, expires }) => from <= start && world.now < expires);
};

/** Ranges before the position that are in neither layer. What the batch has lost for good is not among them. */
export const gapsOf = (world: World, version: Version, overlay: Overlay): readonly Range[] => {
  if (!world.rules.checkCoverage) return [];
  return PARTITIONS.flatMap((partition) => {
    const position = overlay.position[partition] ?? 0;
    const ranges: Range[] = [];
    let expected = afterCut(version, partition);
    for (const span of spansAfter(version, overlay, partition)) {
      const end = Math.min(span.end ?? position, position);
      if (span.start > expected) ranges.push({ partition, from: expected, to: span.start });
      if (!isServable(world, partition, span)) ranges.push({ partition, from: Math.max(expected, span.start), to: end });
      expected = Math.max(expected, end);
    }
    return ranges.filter(({ from, to }) => from < to);
  });
};
