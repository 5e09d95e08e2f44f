import type { ArtefactLayout, CellValue, Condition, ListQuery, SortColumn } from '@rushes/ports';
import { satisfies } from '../artefact-checks/conditions.ts';
import { type Member, type ResolveMember, isCovered, isImpossible, isRangeOf } from './conditions.ts';
import type { OrderIndex, PhysicalLayout } from './physical-layout.ts';

/**
 * Decides how a list is read, from the query and a few facts, reading nothing itself. Ways of reading, each of them right for every query that it is
 * offered for; they differ in cost alone:
 *
 * - *walk*: along the index that has the list's order, checking the other conditions on the way. Good where matches are frequent;
 * - *gather*: all rows that satisfy one selective condition, then check, sort and cut. Good where they are few;
 * - *scan*: every row. What is left for orders without an index and conditions that no index covers.
 *
 * A walk within a budget and a bounded gather never take longer than about two milliseconds. What neither answers is for another thread.
 */

export interface Limits {
  /** Entries of an index that a walk on the calling thread may pass before it gives up; about 0.1 µs each. */
  readonly walkBudget: number;
  /** The same where each entry needs its row read too. */
  readonly uncoveredWalkBudget: number;
  /** Matches of one condition that are gathered on the calling thread, and on another. */
  readonly quickGather: number;
  readonly thoroughGather: number;
  /** Partitions beyond which merging their walks would cost more than sorting. */
  readonly mergedPartitions: number;
}

export const LIMITS: Limits = {
  walkBudget: 8_000,
  uncoveredWalkBudget: 1_000,
  quickGather: 2_000,
  thoroughGather: 20_000,
  mergedPartitions: 64,
};

export interface Partition {
  readonly code: number;
  readonly value: CellValue;
  readonly rows: number;
}

/** `quick`: on a thread that must not wait. */
export type Effort = 'quick' | 'thorough';

/** Where the rows that satisfy one condition can be found. */
export type Source =
  | { readonly kind: 'members'; readonly member: Member; readonly bounded: true }
  /** `bounded`: its matches lie side by side in the index, so the first n cost n. */
  | { readonly kind: 'index'; readonly index: OrderIndex; readonly conditions: readonly Condition[]; readonly bounded: boolean };

export interface Walk {
  /** An index holds a list of each partition; these are merged. `by-key`: the entries themselves, which stand in the order of keys. */
  readonly order: OrderIndex | 'by-key';
}

export type Step =
  | { readonly kind: 'walk'; readonly walk: Walk; readonly budget?: number }
  | { readonly kind: 'gather'; readonly sources: readonly Source[]; readonly bound: number }
  | { readonly kind: 'scan' };

export interface Plan {
  /** The partitions that can hold matches. */
  readonly partitions: readonly Partition[];
  /** Whether these are all there are. */
  readonly everyPartition: boolean;
  /** The conditions beside the partition's. */
  readonly where: readonly Condition[];
  /** To be tried in this order until one answers. If none does, the query is for another thread. */
  readonly steps: readonly Step[];
}

export interface Facts {
  readonly partitions: readonly Partition[];
  readonly resolve: ResolveMember;
  readonly limits: Limits;
}

const orderFor = (physical: PhysicalLayout, sort: readonly SortColumn[]): OrderIndex | 'by-key' | undefined => {
  if (sort.length === 0) return 'by-key';
  return physical.orders.find(
    (order) =>
      order.lead.length === sort.length && order.lead.every((column, n) => sort[n]?.column === column && sort[n].desc === order.desc),
  );
};

/** What can hold matches: partitions by their value, and conditions on everything else. */
export const narrow = (layout: ArtefactLayout, where: readonly Condition[], { partitions, resolve }: Facts): Omit<Plan, 'steps'> => {
  const onPartition = where.filter((condition) => condition.column === layout.partition);
  const rest = where.filter((condition) => condition.column !== layout.partition);
  const matching = rest.some((condition) => isImpossible(condition, resolve))
    ? []
    : partitions.filter((partition) => onPartition.every((condition) => satisfies(partition.value, condition)));
  return { partitions: matching, everyPartition: matching.length === partitions.length, where: rest };
};

const sourcesFor = (physical: PhysicalLayout, where: readonly Condition[], resolve: ResolveMember): readonly Source[] => {
  const sources: Source[] = [];
  for (const condition of where) {
    const member = condition.op === 'has' ? resolve(condition.column, condition.value) : undefined;
    if (typeof member === 'object') sources.push({ kind: 'members', member, bounded: true });
  }
  for (const column of new Set(where.map((condition) => condition.column))) {
    const index = physical.orders.find((order) => order.lead[0] === column);
    if (index === undefined) continue;
    const ranges = where.filter((condition) => isRangeOf(condition, index));
    if (ranges.length > 0) sources.push({ kind: 'index', index, conditions: ranges, bounded: true });
    const inside = where.filter((condition) => condition.column === column && condition.op === 'contains');
    if (inside.length > 0) sources.push({ kind: 'index', index, conditions: inside, bounded: false });
  }
  return sources;
};

export const planList = (physical: PhysicalLayout, query: ListQuery, facts: Facts, effort: Effort): Plan => {
  const narrowed = narrow(physical.layout, query.where, facts);
  const { partitions, everyPartition, where } = narrowed;
  if (partitions.length === 0 || query.limit <= 0) return { ...narrowed, partitions: [], steps: [] };
  const { limits } = facts;
  const order = orderFor(physical, query.sort);
  const walkable = order !== undefined && (order === 'by-key' || partitions.length <= limits.mergedPartitions);
  const walk: Walk | undefined = walkable ? { order } : undefined;
  const rows = partitions.reduce((sum, partition) => sum + partition.rows, 0);

  if (walk?.order === 'by-key' && where.length === 0 && everyPartition) return { ...narrowed, steps: [{ kind: 'walk', walk }] };
  if (walk && walk.order !== 'by-key') {
    const index = walk.order;
    if (where.every((condition) => isRangeOf(condition, index))) return { ...narrowed, steps: [{ kind: 'walk', walk }] };
  }
  if (rows <= limits.walkBudget) return { ...narrowed, steps: [walk ? { kind: 'walk', walk } : { kind: 'scan' }] };

  const covered =
    walk !== undefined &&
    walk.order !== 'by-key' &&
    where.every((condition) => isCovered(condition, facts.resolve, walk.order as OrderIndex));
  const sources = sourcesFor(physical, where, facts.resolve);
  const steps: Step[] = [];
  if (effort === 'quick') {
    if (walk) steps.push({ kind: 'walk', walk, budget: covered ? limits.walkBudget : limits.uncoveredWalkBudget });
    const bounded = sources.filter((source) => source.bounded);
    if (bounded.length > 0) steps.push({ kind: 'gather', sources: bounded, bound: limits.quickGather });
  } else {
    if (sources.length > 0) steps.push({ kind: 'gather', sources, bound: limits.thoroughGather });
    steps.push(walk && covered ? { kind: 'walk', walk } : { kind: 'scan' });
  }
  return { ...narrowed, steps };
};
