/** Where states that are kept differ from what a recompute gives: those of epochs in the speed store, and those of a version's tables. */
import { isDeepStrictEqual } from 'node:util';
import type { PartitionId } from '@rushes/domain';
import type { TableRecord } from '@rushes/ports/manifest';
import type { SpeedRow } from '@rushes/ports';
import { decodeState, type KeyedView } from '@rushes/views';
import type { RunContext } from '../context/run-context.ts';
import { type PartitionRecompute, type Recomputed, viewsOf } from './recompute.ts';
import { storedStates } from './stored-states.ts';

/** A state that is not what the recompute gives. */
export interface Difference {
  readonly partition: PartitionId;
  readonly view: string;
  readonly key: string;
  /** The published version's state, that of an epoch after it, or a row of the version's ledger of late events. */
  readonly part: 'version' | 'epoch' | 'ledger';
  /** Number of the version or the epoch. */
  readonly number: number;
  /** `null`: there is or should be none. */
  readonly found: unknown;
  readonly expected: unknown;
}

/** Names a row of an epoch. */
export const nameOf = (epoch: number, view: string, key: string): string => `${epoch} ${view} ${key}`;

interface EpochComparison {
  readonly partition: PartitionId;
  readonly rows: ReadonlyMap<string, SpeedRow>;
  /** Names of rows that equal what the recompute gave at their last offset. */
  readonly right: ReadonlySet<string>;
  readonly recomputed: PartitionRecompute;
  readonly lost: ReadonlySet<number>;
  readonly projected: number;
  readonly differ: (difference: Difference) => void;
}

export const compareEpochs = ({ partition, rows, right, recomputed, lost, projected, differ }: EpochComparison): void => {
  const expected = new Map<
    string,
    { readonly view: KeyedView; readonly key: string; readonly epoch: number; readonly state: Recomputed }
  >();
  for (const [epoch, byView] of recomputed.epochs)
    for (const view of viewsOf(partition))
      for (const [key, state] of byView.get(view.storedName) ?? [])
        expected.set(nameOf(epoch, view.storedName, key), { view, key, epoch, state });
  for (const [name, { view, key, epoch, state }] of expected) {
    const row = rows.get(name);
    const isComplete = row !== undefined && right.has(name) && (row.lastOffset === state.lastOffset || state.lastOffset >= projected);
    if (isComplete || lost.has(epoch) || (row === undefined && state.lastOffset >= projected)) continue;
    const found = row === undefined ? null : { last_offset: row.lastOffset, state: decodeState(view, row.state) };
    differ({
      partition,
      view: view.name,
      key,
      part: 'epoch',
      number: epoch,
      found,
      expected: { last_offset: state.lastOffset, state: state.state },
    });
  }
  for (const [name, row] of rows)
    if (!expected.has(name) && !lost.has(row.epoch))
      differ({ partition, view: row.view, key: row.key, part: 'epoch', number: row.epoch, found: row.state, expected: null });
};

interface VersionComparison {
  readonly run: RunContext;
  readonly partition: PartitionId;
  readonly tables: ReadonlyMap<string, TableRecord>;
  readonly views: readonly KeyedView[];
  readonly recomputed: PartitionRecompute;
  readonly version: number;
  readonly differ: (difference: Difference) => void;
}

/** Returns how many states were compared. */
export const compareVersion = async ({
  run,
  partition,
  tables,
  views,
  recomputed,
  version,
  differ,
}: VersionComparison): Promise<number> => {
  let compared = 0;
  for (const view of views) {
    const expected = new Map(recomputed.covered.get(view.storedName) ?? []);
    const table = tables.get(`keyed.${view.name}`);
    const about = { partition, view: view.name, part: 'version', number: version } as const;
    if (table)
      for await (const [name, found] of storedStates(run.engine, view, table, partition, run.signal)) {
        compared += 1;
        const wanted = expected.get(name);
        expected.delete(name);
        if (!isDeepStrictEqual(found, wanted?.state)) differ({ ...about, key: name, found, expected: wanted?.state ?? null });
      }
    for (const [key, { state }] of expected) differ({ ...about, key, found: null, expected: state });
  }
  return compared;
};
