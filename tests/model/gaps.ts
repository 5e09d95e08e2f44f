/** What an answer of a version with an overlay lacks. */
import { PARTITIONS, type Range } from './log.ts';
import type { Overlay, OverlaySpan } from './overlay.ts';
import type { Version } from './batch.ts';
import { coverageOf } from './store.ts';
import { afterCut, type Publication, type World } from './world.ts';

/** Where the version and the overlay end together: an overlay behind the cut adds nothing. */
const reachOf = ({ version }: Publication, { position }: Overlay): readonly number[] =>
  PARTITIONS.map((partition) => Math.max(position[partition] ?? 0, afterCut(version, partition)));

/** What has been published up to this publication, also where a rollback took it back. */
const publishedUpTo = (world: World, publication: Publication): readonly number[] => {
  const published = world.rules.neverBelowPublished
    ? world.publications.filter(({ number }) => number <= publication.number)
    : [publication];
  return PARTITIONS.map((partition) => Math.max(...published.map(({ version }) => afterCut(version, partition))));
};

const sum = (position: readonly number[]): number => position.reduce((total, offset) => total + offset, 0);

/** The position of an answer. */
export const positionWith = (world: World, publication: Publication, overlay: Overlay): readonly number[] => {
  const published = publishedUpTo(world, publication);
  // As if one of two vectors were always the higher one.
  if (!world.rules.comparePositions) return sum(overlay.position) >= sum(published) ? overlay.position : published;
  return reachOf(publication, overlay).map((offset, partition) => Math.max(offset, published[partition] ?? 0));
};

/** Epochs of the overlay that lie after the version's cut. */
const spansAfter = (version: Version, { spans }: Overlay, partition: number): readonly OverlaySpan[] =>
  (spans[partition] ?? []).filter(({ epoch }) => epoch > version.number);

/** Read while it was unexpired, and not expired since. */
export const isServable = (world: World, partition: number, { epoch, start, loaded }: OverlaySpan): boolean => {
  if (!world.rules.checkCoverage) return true;
  if (!loaded || world.variants.memoryOutlivesExpiry) return loaded;
  return coverageOf(world.store, partition, epoch).some(({ from, expires }) => from <= start && world.now + world.serving.clock < expires);
};

/** Ranges before the position that are in neither layer. What the batch has lost for good is not among them. */
export const gapsOf = (world: World, publication: Publication, overlay: Overlay): readonly Range[] => {
  if (!world.rules.checkCoverage) return [];
  const { version } = publication;
  const reached = reachOf(publication, overlay);
  const publishedBefore = publishedUpTo(world, publication);
  return PARTITIONS.flatMap((partition) => {
    const position = overlay.position[partition] ?? 0;
    const ranges: Range[] = [];
    let expected = afterCut(version, partition);
    for (const span of spansAfter(version, overlay, partition)) {
      const end = Math.min(span.end ?? position, position);
      if (span.start > expected) ranges.push({ partition, from: expected, to: span.start });
      // Of an epoch that has expired nobody knows how far it had come: it is a gap even if nothing is known to be missing.
      const known = end > span.start || coverageOf(world.store, partition, span.epoch).length > 0;
      if (known && !isServable(world, partition, span))
        ranges.push({ partition, from: Math.max(expected, span.start), to: Math.max(expected, end) });
      expected = Math.max(expected, end);
    }
    const reach = reached[partition] ?? 0;
    const published = publishedBefore[partition] ?? 0;
    return reach < published ? [...ranges, { partition, from: reach, to: published }] : ranges;
  });
};
