/** What a run computes: a version, folded from its parent's and from the records between the two cuts. Pure. */
import { occurrenceReader, type Occurrences, NO_OCCURRENCES } from './duplicates.ts';
import { type Event, epochsOf, isReadable, MOVIES, type Partition, PARTITIONS, type Range, TITLES } from './log.ts';
import { type DumpColumns, presentGroup, type Scored, sortedScores, type GroupTotals, totalsByGroup } from './present.ts';
import type { Rules } from './rules.ts';
import { contributionsOf, isValid, merge, type State } from './views.ts';

/** View artefacts: what serving reads. */
export interface Artefact {
  /** By `view|key`. */
  readonly states: ReadonlyMap<string, State>;
  readonly dumps: ReadonlyMap<number, DumpColumns>;
  readonly groups: ReadonlyMap<number, GroupTotals>;
  readonly sorted: readonly Scored[];
}

export interface Version {
  readonly number: number;
  readonly parent: Version | undefined;
  /** By partition: offset of the barrier. */
  readonly cut: readonly number[];
  /** Groups by movie as the dump had them; -1 for none. */
  readonly dump: readonly number[];
  readonly artefact: Artefact;
  /** By partition, at the cut. */
  readonly occurrences: readonly Occurrences[];
  /** Never archived: a gap for good. */
  readonly lost: readonly Range[];
}

const EMPTY: Artefact = { states: new Map(), dumps: new Map(), groups: new Map(), sorted: [] };

export const FIRST_VERSION: Version = {
  number: 0,
  parent: undefined,
  cut: PARTITIONS.map(() => -1),
  dump: MOVIES.map(() => -1),
  artefact: EMPTY,
  occurrences: PARTITIONS.map(() => NO_OCCURRENCES),
  lost: [],
};

/** Ranges of the offsets in [from, to) that nobody can read any more. */
const unreadable = (records: Partition, partition: number, from: number, to: number): readonly Range[] => {
  const ranges: Range[] = [];
  for (let offset = from; offset < to; offset += 1) {
    const last = ranges.at(-1);
    if (isReadable(records, offset)) continue;
    if (last?.to === offset) ranges[ranges.length - 1] = { ...last, to: offset + 1 };
    else ranges.push({ partition, from: offset, to: offset + 1 });
  }
  return ranges;
};

/** Where folding begins: after the parent's cut; at the beginning, if all is folded anew. */
const firstOffset = (rules: Rules, records: Partition, parentCut: number, cut: number, full: boolean): number => {
  if (full) return 0;
  const last = epochsOf(rules, records.records).findLast(({ start }) => start <= cut);
  return rules.foldAllEpochs ? parentCut + 1 : Math.max(parentCut + 1, last?.start ?? 0);
};

export interface RunInput {
  readonly number: number;
  readonly parent: Version;
  readonly cut: readonly number[];
  readonly full: boolean;
  readonly dump: readonly number[];
}

export const computeVersion = (rules: Rules, log: readonly Partition[], { number, parent, cut, full, dump }: RunInput): Version => {
  const base = full ? FIRST_VERSION : parent;
  const states = new Map(base.artefact.states);
  const lost: Range[] = [...base.lost];
  const occurrences = PARTITIONS.map((partition) => {
    const to = cut[partition] ?? -1;
    const reader = occurrenceReader(rules, base.occurrences[partition] ?? NO_OCCURRENCES);
    const records = log[partition];
    if (records === undefined) return reader.known();
    const start = firstOffset(rules, records, base.cut[partition] ?? -1, to, full);
    lost.push(...unreadable(records, partition, start, to));
    for (let offset = start; offset <= to; offset += 1) {
      const record = records.records[offset];
      if (record === undefined || !isReadable(records, offset) || reader.isDuplicate(record)) continue;
      if (record.kind === 'event') fold(states, record, offset);
    }
    return reader.known();
  });
  const dumps = dumpColumns(rules, parent, cut[TITLES] ?? -1, dump);
  const sorted = sortedScores(MOVIES.flatMap((movie) => scored(states, dumps, movie)));
  const artefact = { states, dumps, sorted, groups: totalsByGroup(sorted) };
  return { number, parent, cut, dump, artefact, occurrences, lost: rules.reportLoss ? lost : [] };
};

const fold = (states: Map<string, State>, event: Event, offset: number): void => {
  if (!isValid(event)) return;
  for (const { view, key, state } of contributionsOf(event, offset)) {
    const name = `${view}|${key}`;
    states.set(name, merge(view, states.get(name), state));
  }
};

/** A row of the dump counts from where it changed in this line of versions. */
const dumpColumns = (rules: Rules, parent: Version, cut: number, dump: readonly number[]): ReadonlyMap<number, DumpColumns> =>
  new Map(
    MOVIES.flatMap((movie): [number, DumpColumns][] => {
      const group = dump[movie] ?? -1;
      const before = parent.artefact.dumps.get(movie);
      if (group === -1) return [];
      return [[movie, before?.group === group && rules.unchangedDumpsYield ? before : { group, since: cut }]];
    }),
  );

const scored = (states: ReadonlyMap<string, State>, dumps: ReadonlyMap<number, DumpColumns>, movie: number): readonly Scored[] => {
  const { count = 0, sum = 0 } = states.get(`scores|${movie}`) ?? {};
  const group = presentGroup(dumps.get(movie), states.get(`titles|${movie}`));
  return count === 0 ? [] : [{ movie, count, sum, group }];
};
