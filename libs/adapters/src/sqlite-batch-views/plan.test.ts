import type { ArtefactLayout, Condition, SortColumn } from '@rushes/ports';
import { describe, expect, test } from 'vitest';
import { physicalLayout } from './physical-layout.ts';
import { type Effort, type Facts, LIMITS, planList } from './plan.ts';

const layout: ArtefactLayout = {
  key: 'id',
  columns: { kind: 'text', name: 'text', note: 'text', year: 'integer', votes: 'integer', genres: 'text_set' },
  documents: [],
  lookups: [],
  partition: 'kind',
  sorts: [
    { columns: ['votes'], directions: 'both' },
    { columns: ['year', 'votes'], directions: 'descending' },
  ],
  filters: ['kind', 'genres', 'year', 'votes', 'name'],
};
const physical = physicalLayout(layout);
const partitions = [
  { code: 0, value: 'film', rows: 100_000 },
  { code: 1, value: 'short', rows: 3 },
];
const facts: Facts = {
  partitions,
  resolve: (set, member) =>
    set !== 'genres'
      ? undefined
      : member === 'Drama'
        ? { setNumber: 0, code: 2, bit: 2 }
        : member === 'Rare'
          ? { setNumber: 0, code: 70 }
          : 'unknown',
  limits: LIMITS,
};
const film: Condition = { column: 'kind', op: 'eq', value: 'film' };
const drama: Condition = { column: 'genres', op: 'has', value: 'Drama' };
const byVotes: SortColumn[] = [{ column: 'votes', desc: true }];

/** The steps in short: which way, along or from what, with what bound. */
const steps = (where: readonly Condition[], sort: readonly SortColumn[], effort: Effort, limits = facts.limits): string[] =>
  planList(physical, { where, sort, limit: 10 }, { ...facts, limits }, effort).steps.map((step) => {
    if (step.kind === 'scan') return 'scan';
    if (step.kind === 'walk')
      return `walk ${step.walk.order === 'by-key' ? 'by key' : step.walk.order.name}${step.budget === undefined ? '' : ` within ${step.budget}`}`;
    return `gather ${step.sources.map((source) => (source.kind === 'members' ? 'members' : source.index.name)).join(' or ')} up to ${step.bound}`;
  });

describe('plan of a list', () => {
  test('a declared order without other conditions is walked, however many partitions', () => {
    expect(steps([film], byVotes, 'quick')).toEqual(['walk sort_0_votes_desc']);
    expect(steps([], [{ column: 'votes', desc: false }], 'quick')).toEqual(['walk sort_0_votes_asc']);
    expect(steps([], [], 'quick')).toEqual(['walk by key']);
  });

  test('ranges of the order’s first column bound the walk', () => {
    const range: Condition[] = [film, { column: 'votes', op: 'gte', value: 5 }, { column: 'votes', op: 'lt', value: 9 }];
    expect(steps(range, byVotes, 'quick')).toEqual(['walk sort_0_votes_desc']);
    expect(steps([film, { column: 'votes', op: 'missing' }], byVotes, 'quick')).toEqual(['walk sort_0_votes_desc']);
  });

  test('other conditions are checked on the way within a budget, then a selective one is gathered, then another thread walks', () => {
    const where: Condition[] = [film, drama, { column: 'year', op: 'gte', value: 2000 }];
    expect(steps(where, byVotes, 'quick')).toEqual(['walk sort_0_votes_desc within 8000', 'gather members or sort_1_year_desc up to 2000']);
    expect(steps(where, byVotes, 'thorough')).toEqual(['gather members or sort_1_year_desc up to 20000', 'walk sort_0_votes_desc']);
  });

  test('conditions that the index does not cover shorten the walk, and end in a scan', () => {
    const where: Condition[] = [film, { column: 'note', op: 'contains', value: 'x' }];
    expect(steps(where, byVotes, 'quick')).toEqual(['walk sort_0_votes_desc within 1000']);
    expect(steps(where, byVotes, 'thorough')).toEqual(['scan']);
    expect(steps([film, { column: 'genres', op: 'has', value: 'Rare' }], byVotes, 'quick')).toEqual([
      'walk sort_0_votes_desc within 1000',
      'gather members up to 2000',
    ]);
  });

  test('one of several members is told by the masks together, where all that a row can have have bits', () => {
    const any = (...value: string[]): Condition => ({ column: 'genres', op: 'hasAny', value });
    expect(steps([film, any('Drama', 'None')], byVotes, 'quick')).toEqual(['walk sort_0_votes_desc within 8000']);
    expect(steps([film, any('Drama', 'Rare')], byVotes, 'quick')).toEqual(['walk sort_0_votes_desc within 1000']);
    expect(steps([film, any('None')], byVotes, 'quick')).toEqual([]);
  });

  test('one of several partitions: only these are walked', () => {
    const kinds: Condition = { column: 'kind', op: 'in', value: ['film', 'none'] };
    expect(planList(physical, { where: [kinds], sort: byVotes, limit: 5 }, facts, 'quick').partitions.map(({ value }) => value)).toEqual([
      'film',
    ]);
    expect(steps([kinds], byVotes, 'quick')).toEqual(['walk sort_0_votes_desc']);
  });

  test('looking into a text takes as long as there are texts: another thread does it', () => {
    const where: Condition[] = [film, { column: 'name', op: 'contains', value: 'x' }];
    expect(steps(where, byVotes, 'quick')).toEqual(['walk sort_0_votes_desc within 1000']);
    expect(steps(where, byVotes, 'thorough')).toEqual(['gather filter_name up to 20000', 'scan']);
    expect(steps([film, { column: 'name', op: 'eq', value: 'x' }], byVotes, 'quick')).toEqual([
      'walk sort_0_votes_desc within 1000',
      'gather filter_name up to 2000',
    ]);
  });

  test('an order without an index is scanned on another thread', () => {
    for (const sort of [
      [{ column: 'note', desc: true }],
      [{ column: 'year', desc: true }],
      [
        { column: 'year', desc: true },
        { column: 'votes', desc: false },
      ],
    ]) {
      expect(steps([film], sort, 'quick')).toEqual([]);
      expect(steps([film], sort, 'thorough')).toEqual(['scan']);
    }
  });

  test('what is small is read at once', () => {
    const short: Condition = { column: 'kind', op: 'eq', value: 'short' };
    expect(steps([short, drama], byVotes, 'quick')).toEqual(['walk sort_0_votes_desc']);
    expect(steps([short], [{ column: 'note', desc: true }], 'quick')).toEqual(['scan']);
  });

  test('where nothing can match, nothing is read', () => {
    expect(steps([{ column: 'kind', op: 'eq', value: 'none' }], byVotes, 'quick')).toEqual([]);
    expect(
      planList(physical, { where: [{ column: 'genres', op: 'has', value: 'None' }], sort: [], limit: 5 }, facts, 'quick').partitions,
    ).toEqual([]);
    expect(planList(physical, { where: [], sort: [], limit: 0 }, facts, 'quick').partitions).toEqual([]);
  });

  test('too many partitions are not merged', () => {
    expect(steps([], byVotes, 'thorough', { ...LIMITS, mergedPartitions: 1 })).toEqual(['scan']);
  });
});
