/**
 * The overlay: the epochs after a cut, in memory. `position` is where its change records end in each partition; it is exact there once nothing in it
 * lies at or above that position.
 */
import { PARTITIONS } from './log.ts';
import { type Change, changesOf, type Stated, type Store } from './store.ts';
import type { ViewName } from './views.ts';

export interface OverlaySpan {
  readonly epoch: number;
  readonly start: number;
  readonly end: number | undefined;
  /** False: its rows could not be read. */
  readonly loaded: boolean;
}

export interface OverlayState extends Stated {
  readonly partition: number;
  readonly epoch: number;
  readonly view: ViewName;
  readonly key: string;
}

export interface Overlay {
  readonly position: readonly number[];
  /** By partition, in the order of the log. */
  readonly spans: readonly (readonly OverlaySpan[])[];
  readonly states: ReadonlyMap<string, OverlayState>;
}

/** Adds states where they are newer than what is there. */
export const withStates = (overlay: Overlay, added: readonly OverlayState[]): Overlay => {
  const states = new Map(overlay.states);
  for (const one of added) {
    const name = `${one.partition}|${one.epoch}|${one.view}|${one.key}`;
    if (one.last > (states.get(name)?.last ?? -1)) states.set(name, one);
  }
  return { ...overlay, states };
};

/** Exact at its position: nothing in it is ahead. */
export const isSettled = ({ position, states }: Overlay): boolean =>
  [...states.values()].every(({ partition, last }) => last < (position[partition] ?? 0));

/** The change record that reaches furthest from here; `hole` if records go on, but not from here. */
const nextChange = (overlay: Overlay, store: Store, now: number, partition: number): Change | 'hole' | undefined => {
  const here = overlay.position[partition] ?? 0;
  const later = changesOf(store, partition, now).filter(({ to }) => to > here);
  const next = later.filter(({ from }) => from <= here).toSorted((a, b) => b.to - a.to)[0];
  if (next !== undefined) return next;
  const beyond = [...store.positions.values()].some((position) => position.partition === partition && position.next > here);
  return later.length > 0 || beyond ? 'hole' : undefined;
};

const applyChange = (overlay: Overlay, { partition, epoch, from, to, states, closedBy }: Change): Overlay => {
  const spans = overlay.spans[partition] ?? [];
  const open: OverlaySpan = spans.at(-1) ?? { epoch, start: from, end: undefined, loaded: true };
  const followed = [
    ...spans.slice(0, -1),
    ...(closedBy === undefined
      ? [open]
      : [
          { ...open, end: to },
          { epoch: closedBy + 1, start: to, end: undefined, loaded: true },
        ]),
  ];
  return withStates(
    {
      position: overlay.position.with(partition, to),
      spans: overlay.spans.with(partition, followed),
      states: overlay.states,
    },
    states.map((one) => ({ ...one, partition, epoch })),
  );
};

/** Applies all change records that there are. `hole`: the overlay has to be built anew. */
export const follow = (
  overlay: Overlay,
  store: Store,
  now: number,
  { skipHoles, partitions = PARTITIONS }: { skipHoles: boolean; partitions?: readonly number[] },
): Overlay | 'hole' => {
  let followed = overlay;
  for (const partition of partitions)
    for (let next = nextChange(followed, store, now, partition); next !== undefined; next = nextChange(followed, store, now, partition)) {
      if (next === 'hole') {
        const here = followed.position[partition] ?? 0;
        const beyond = changesOf(store, partition, now)
          .filter(({ from }) => from > here)
          .toSorted((a, b) => a.from - b.from)[0];
        if (!skipHoles) return 'hole';
        if (beyond === undefined) break;
        next = beyond;
      }
      followed = applyChange(followed, next);
    }
  return followed;
};
