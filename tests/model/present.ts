/** From merged states to what is shown: dump and live columns meet here, and nowhere before. */
import type { State } from './views.ts';

/** A title's row in the dump, and the offset of the barrier at which it changed. */
export interface DumpColumns {
  readonly group: number;
  readonly since: number;
}

/** A title with ratings, as derived views see it. */
export interface Scored {
  readonly movie: number;
  readonly group: number;
  readonly count: number;
  readonly sum: number;
}

export interface GroupTotals {
  readonly titles: number;
  readonly votes: number;
  readonly sum: number;
  /** Lowest sum of a title. */
  readonly lowest: number;
}

/** The later of the dump's row and the live edit. */
export const presentGroup = (dump: DumpColumns | undefined, title: State | undefined): number => {
  const { editOffset = -1, group = -1 } = title ?? {};
  return dump !== undefined && dump.since > editOffset ? dump.group : group;
};

/** Highest sum first. */
export const sortedScores = (scores: readonly Scored[]): readonly Scored[] => scores.toSorted((a, b) => b.sum - a.sum || a.movie - b.movie);

export const totalsByGroup = (scores: readonly Scored[]): ReadonlyMap<number, GroupTotals> => {
  const totals = new Map<number, GroupTotals>();
  for (const { group, count, sum } of scores) {
    const before = totals.get(group) ?? { titles: 0, votes: 0, sum: 0, lowest: Infinity };
    totals.set(group, {
      titles: before.titles + 1,
      votes: before.votes + count,
      sum: before.sum + sum,
      lowest: Math.min(before.lowest, sum),
    });
  }
  return totals;
};
