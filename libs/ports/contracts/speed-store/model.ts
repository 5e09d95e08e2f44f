/** What a speed store is, in maps: what the property compares a store with. */
import type { PartitionId } from '@rushes/domain';
import type { ChangeRecord, Coverage, SpeedPosition, SpeedRow, TimedRow } from '@rushes/ports';

import { nameOf, untimed } from './samples.ts';

interface Kept<Item> {
  readonly item: Item;
  /** It is there before the first instant, and gone from the second on; in between nothing is promised. */
  readonly expires: readonly [earliestMs: number, latestMs: number];
}

export class SpeedStoreModel {
  readonly #rows = new Map<string, Kept<TimedRow>>();
  readonly #changes = new Map<string, Kept<ChangeRecord>>();
  readonly #coverage = new Map<string, Coverage>();
  readonly #positions = new Map<PartitionId, SpeedPosition>();
  readonly #owners = new Map<PartitionId, readonly number[]>();
  nowMs = 0;

  /** Whether it is certain what becomes of a write: not if it is as old as a row that has expired, or older. */
  isCertain(row: TimedRow): boolean {
    const kept = this.#rows.get(nameOf(row));
    return kept === undefined || kept.expires[0] > this.nowMs || row.timestampUs > kept.item.timestampUs;
  }

  upsert(rows: readonly TimedRow[], ttlMs: number): void {
    const expiresAtMs = this.nowMs + ttlMs;
    for (const row of rows) {
      const kept = this.#rows.get(nameOf(row));
      if (kept === undefined || row.timestampUs > kept.item.timestampUs)
        this.#rows.set(nameOf(row), { item: row, expires: [expiresAtMs, expiresAtMs] });
      else if (row.timestampUs === kept.item.timestampUs)
        this.#rows.set(nameOf(row), {
          item: row,
          expires: [Math.min(kept.expires[0], expiresAtMs), Math.max(kept.expires[1], expiresAtMs)],
        });
    }
  }

  /** The rows that must be read, and those that may. */
  rows(view: string, aboveEpoch: number): { readonly must: readonly SpeedRow[]; readonly may: readonly SpeedRow[] } {
    const kept = [...this.#rows.values()].filter(({ item }) => item.view === view && item.epoch > aboveEpoch);
    const until = (at: 0 | 1) => kept.filter(({ expires }) => expires[at] > this.nowMs).map(({ item }) => untimed(item));
    return { must: until(0), may: until(1) };
  }

  appendChange(change: ChangeRecord, ttlMs: number): void {
    const expiresAtMs = this.nowMs + ttlMs;
    const name = JSON.stringify([change.partition, change.to]);
    this.#changes.set(name, { item: change, expires: [expiresAtMs, expiresAtMs] });
  }

  changes(partition: PartitionId, after: number): readonly ChangeRecord[] {
    return [...this.#changes.values()]
      .filter(({ item, expires }) => item.partition === partition && item.to > after && expires[0] > this.nowMs)
      .map(({ item }) => item)
      .toSorted((a, b) => a.to - b.to);
  }

  /** Fences that were issued for a partition, the last one first. */
  fences(partition: PartitionId): readonly number[] {
    return this.#owners.get(partition) ?? [];
  }

  claim(partition: PartitionId, fence: number): void {
    this.#owners.set(partition, [fence, ...this.fences(partition)]);
  }

  #owns(partition: PartitionId, fence: number): boolean {
    return this.fences(partition)[0] === fence;
  }

  putCoverage(coverage: Coverage, fence: number): boolean {
    if (!this.#owns(coverage.partition, fence)) return false;
    const name = `${coverage.partition} ${coverage.epoch}`;
    const known = this.#coverage.get(name);
    if (known === undefined || coverage.generation > known.generation)
      this.#coverage.set(name, { ...coverage, begun: Math.max(coverage.begun, known?.begun ?? 0) });
    else if (coverage.generation === known.generation)
      this.#coverage.set(name, {
        ...known,
        expiresAtMs: Math.min(coverage.expiresAtMs, known.expiresAtMs),
        begun: Math.max(coverage.begun, known.begun),
      });
    return true;
  }

  dropCoverage(partition: PartitionId, upToEpoch: number, fence: number): boolean {
    if (!this.#owns(partition, fence)) return false;
    for (const [name, one] of this.#coverage) if (one.partition === partition && one.epoch <= upToEpoch) this.#coverage.delete(name);
    return true;
  }

  coverage(): readonly Coverage[] {
    return [...this.#coverage.values()];
  }

  putPosition(position: SpeedPosition, fence: number): boolean {
    if (!this.#owns(position.partition, fence)) return false;
    this.#positions.set(position.partition, position);
    return true;
  }

  position(partition: PartitionId): SpeedPosition | undefined {
    return this.#positions.get(partition);
  }
}
