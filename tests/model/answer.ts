/** What an answer shows: the pinned version's artefact and the overlay, merged. Derived views are corrected by what changed, never computed from all. */
import { isDeepStrictEqual } from 'node:util';

import type { Artefact } from './batch.ts';
import { readChain } from './chain.ts';
import { gapsOf, isServable, positionWith } from './gaps.ts';
import { rowKeyOf } from './generations.ts';
import { MOVIES, PARTITIONS, type Range } from './log.ts';
import { type Overlay, type OverlayState, withStates } from './overlay.ts';
import { type GroupTotals, presentGroup, type Scored, sortedScores } from './present.ts';
import type { Rules } from './rules.ts';
import { scanRows } from './store.ts';
import { merge, type State, type ViewName, VIEWS } from './views.ts';
import { type Publication, tableOf, type World } from './world.ts';

/** All views of one moment, as plain data that can be compared. */
export interface Shown {
  readonly scores: Readonly<Record<string, State>>;
  readonly buckets: Readonly<Record<string, State>>;
  readonly titles: Readonly<Record<string, { readonly group: number; readonly popularity: number }>>;
  readonly groups: Readonly<Record<string, GroupTotals>>;
  /** The two titles with the highest sums. */
  readonly top: readonly { readonly movie: number; readonly sum: number }[];
}

export interface Answer {
  readonly publication: Publication;
  readonly position: readonly number[];
  /** Empty: complete. */
  readonly gaps: readonly Range[];
  readonly shown: Shown;
  /** ETag of each title's own answer. */
  readonly tags: Readonly<Record<string, string>>;
  /** What it was made of. */
  readonly artefact: Artefact;
  readonly overlay: Overlay;
}

const TOP = 2;

/** What serving would answer now; undefined while it cannot. The answer `before`, if it is still the same. */
export const answerOf = (world: World, before?: Answer): Answer | undefined => {
  const { publication, shown } = world.serving;
  if (publication === undefined || shown === undefined) return undefined;
  const { version } = publication;
  const overlay = world.rules.overlayOnly ? shown : readStore(world, publication);
  const artefact = world.tables.get(tableOf(world, version)) ?? version.artefact;
  const gaps = [...publication.lost, ...gapsOf(world, publication, overlay)];
  const same = before?.overlay === overlay && before.artefact === artefact && before.publication === publication;
  if (same && isDeepStrictEqual(before.gaps, gaps)) return before;
  const live = liveStates(world, publication, overlay);
  return {
    publication,
    artefact,
    overlay,
    position: positionWith(world, publication, overlay),
    gaps,
    shown: show(world.rules, artefact, live),
    tags: Object.fromEntries(MOVIES.map((movie) => [movie, tagOf(world.rules, publication, live, gaps, movie)])),
  };
};

/** The rows as they are at this moment. */
const readStore = (world: World, publication: Publication): Overlay => {
  const { overlay, projections } = readChain(world, publication);
  const rows = projections.flatMap((projection) =>
    VIEWS.flatMap((view) =>
      scanRows(world.store, view, rowKeyOf(world.rules, projection), world.now).map((row) => ({
        ...row,
        partition: projection.partition,
        epoch: projection.epoch,
        view,
      })),
    ),
  );
  return withStates(overlay, rows);
};

type Live = readonly OverlayState[];

/** States of the epochs after the cut that can be served. */
const liveStates = (world: World, { version }: Publication, overlay: Overlay): Live => {
  const servable = new Set(
    PARTITIONS.flatMap((partition) =>
      (overlay.spans[partition] ?? [])
        .filter((span) => span.epoch > version.number && isServable(world, partition, span))
        .map(({ epoch }) => `${partition}|${epoch}`),
    ),
  );
  return [...overlay.states.values()].filter(({ partition, epoch }) => servable.has(`${partition}|${epoch}`));
};

/** Publication, last change of what the answer depends on, and what it lacks. */
const tagOf = (rules: Rules, { number }: Publication, live: Live, gaps: readonly Range[], movie: number): string => {
  const own = live.filter(({ view, key }) => view !== 'buckets' && key === String(movie));
  const changes = PARTITIONS.map((partition) => Math.max(-1, ...own.filter((one) => one.partition === partition).map(({ last }) => last)));
  const last = rules.tagPerPartition ? changes : [Math.max(...changes)];
  return JSON.stringify([number, last, rules.tagNamesGaps ? gaps : []]);
};

const show = (rules: Rules, artefact: Artefact, live: Live): Shown => {
  const states = new Map(artefact.states);
  for (const { view, key, state } of live) {
    const name = `${view}|${key}`;
    states.set(name, merge(view, states.get(name), state, rules.observationsByTime ? 'by time' : 'by arrival'));
  }
  const inView = (view: ViewName): readonly (readonly [string, State])[] =>
    [...states].flatMap(([name, state]) => (name.startsWith(`${view}|`) ? [[name.slice(view.length + 1), state] as const] : []));
  const changed = new Set(live.filter(({ view }) => view !== 'buckets').map(({ key }) => Number(key)));
  const now = [...changed].flatMap((movie) => scoredOf(states, artefact, movie));
  return {
    scores: Object.fromEntries(inView('scores')),
    buckets: Object.fromEntries(inView('buckets')),
    titles: titlesOf(states, artefact),
    groups: correctGroups(rules, artefact, changed, now),
    top: topOf(rules, artefact, changed, now),
  };
};

const titlesOf = (states: ReadonlyMap<string, State>, { dumps }: Artefact): Shown['titles'] =>
  Object.fromEntries(
    MOVIES.flatMap((movie) => {
      const state = states.get(`titles|${movie}`);
      const group = presentGroup(dumps.get(movie), state);
      return state === undefined && !dumps.has(movie) ? [] : [[movie, { group, popularity: state?.['popularity'] ?? -1 }] as const];
    }),
  );

const scoredOf = (states: ReadonlyMap<string, State>, { dumps }: Artefact, movie: number): readonly Scored[] => {
  const { count = 0, sum = 0 } = states.get(`scores|${movie}`) ?? {};
  return count === 0 ? [] : [{ movie, count, sum, group: presentGroup(dumps.get(movie), states.get(`titles|${movie}`)) }];
};

/** What the changed titles contributed before is taken off, what they contribute now is added. The lowest is read in order, without the changed ones. */
const correctGroups = (rules: Rules, artefact: Artefact, changed: ReadonlySet<number>, now: readonly Scored[]): Shown['groups'] => {
  const before = rules.subtractBefore ? artefact.sorted.filter(({ movie }) => changed.has(movie)) : [];
  const groups = new Set([...artefact.groups.keys(), ...now.map(({ group }) => group)]);
  return Object.fromEntries(
    [...groups].flatMap((group) => {
      const batch = artefact.groups.get(group) ?? { titles: 0, votes: 0, sum: 0, lowest: Infinity };
      const [less, more] = [before, now].map((scores) => scores.filter((one) => one.group === group));
      const unchanged = artefact.sorted.filter((one) => one.group === group && !changed.has(one.movie));
      const lowest = rules.sortedReads ? (unchanged.at(-1)?.sum ?? Infinity) : batch.lowest;
      const totals = {
        titles: batch.titles - (less?.length ?? 0) + (more?.length ?? 0),
        votes: batch.votes - total(less, 'count') + total(more, 'count'),
        sum: batch.sum - total(less, 'sum') + total(more, 'sum'),
        lowest: Math.min(lowest, ...(more ?? []).map(({ sum }) => sum)),
      };
      return totals.titles === 0 ? [] : [[group, totals] as const];
    }),
  );
};

const total = (scores: readonly Scored[] = [], of: 'count' | 'sum'): number => scores.reduce((sum, one) => sum + one[of], 0);

const topOf = (rules: Rules, { sorted }: Artefact, changed: ReadonlySet<number>, now: readonly Scored[]): Shown['top'] => {
  const stored = rules.sortedReads ? sorted : sorted.slice(0, TOP);
  const unchanged = stored.filter(({ movie }) => !changed.has(movie)).slice(0, TOP);
  return sortedScores([...unchanged, ...now])
    .slice(0, TOP)
    .map(({ movie, sum }) => ({ movie, sum }));
};
