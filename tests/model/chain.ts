/**
 * Reading coverage: which epochs lie after a cut, which generation of each can be read, and to which position it is complete.
 */
import { positionKeyOf } from './generations.ts';
import { PARTITIONS } from './log.ts';
import type { Overlay, OverlaySpan } from './overlay.ts';
import { type Coverage, coverageFrom, type Position, type Projection, readPosition } from './store.ts';
import { afterCut, type Publication, type World } from './world.ts';

/** An empty overlay at the positions of the store, and the projections that are to be scanned into it. */
interface Chain {
  readonly overlay: Overlay;
  readonly projections: readonly Projection[];
}

interface Link {
  readonly position: number;
  readonly spans: readonly OverlaySpan[];
  readonly projections: readonly Projection[];
}

export const readChain = (world: World, { version }: Publication): Chain => {
  const links = PARTITIONS.map((partition) => readPartition(world, partition, version.number + 1, afterCut(version, partition)));
  return {
    overlay: {
      position: links.map(({ position }) => position),
      spans: links.map(({ spans }) => spans),
      states: new Map(),
    },
    projections: links.flatMap(({ projections }) => projections),
  };
};

const readPartition = (world: World, partition: number, firstEpoch: number, firstOffset: number): Link => {
  const spans: OverlaySpan[] = [];
  const projections: Projection[] = [];
  let [epoch, start] = [firstEpoch, firstOffset];
  for (;;) {
    const found = readEpoch(world, partition, epoch, start);
    if (found === undefined) {
      const later = nextCovered(world, partition, epoch, start);
      if (later === undefined) return { position: start, spans: [...spans, { epoch, start, end: undefined, loaded: true }], projections };
      // Nobody projected what lies between.
      spans.push({ epoch, start, end: later.from, loaded: false });
      [epoch, start] = [later.epoch, later.from];
      continue;
    }
    const { coverage, position, loaded } = found;
    const closed = position?.closedBy;
    const next = position?.next ?? start;
    spans.push({ epoch: coverage.epoch, start, end: closed === undefined ? undefined : next, loaded });
    if (loaded) projections.push(coverage);
    if (closed === undefined || next <= start) return { position: next, spans, projections };
    [epoch, start] = [closed + 1, next];
  }
};

/** The generation to read: unexpired, and as complete as any. Else what is known of the epoch's end. */
const readEpoch = (
  world: World,
  partition: number,
  epoch: number,
  start: number,
): { coverage: Coverage; position: Position | undefined; loaded: boolean } | undefined => {
  const all = coverageFrom(world.store, partition, epoch)
    .filter(({ from }) => from <= start)
    .map((coverage) => ({ coverage, position: readPosition(world.store, positionKeyOf(world.rules, coverage)) }))
    .filter(({ position }) => position?.closedBy === undefined || position.next > start)
    .toSorted((a, b) => a.coverage.epoch - b.coverage.epoch || (b.position?.next ?? 0) - (a.position?.next ?? 0))
    .filter(({ coverage }, _, [first]) => coverage.epoch === first?.coverage.epoch);
  const furthest = all[0];
  if (furthest === undefined) return undefined;
  const readable = all.filter(
    ({ coverage, position }) =>
      world.now + world.serving.clock < coverage.expires &&
      ((position?.next ?? coverage.from) >= coverage.through || !world.rules.readWhenThrough),
  );
  const complete = readable.find(({ position }) => position?.closedBy === furthest.position?.closedBy);
  if (complete !== undefined) return { ...complete, loaded: true };
  // The epoch's end is known even from a generation that has expired.
  return { ...furthest, loaded: !world.rules.checkCoverage };
};

const nextCovered = (world: World, partition: number, epoch: number, start: number): Coverage | undefined =>
  coverageFrom(world.store, partition, epoch)
    .filter(({ from }) => from > start)
    .toSorted((a, b) => a.from - b.from)[0];
