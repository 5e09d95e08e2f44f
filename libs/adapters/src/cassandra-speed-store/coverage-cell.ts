/** A partition's coverage, all epochs in one cell, and its position: as the row of its owner has them. Pure. */
import type { PartitionId } from '@rushes/domain';
import type { Coverage, SpeedPosition } from '@rushes/ports';

import { sealCell, unsealCell } from './sealed-cell.ts';

type StoredCoverage = readonly [epoch: number, generation: number, from: number, expiresAtMs: number, begun: number, baseUs: number];
type StoredPosition = readonly [offset: number, epoch: number, openingOffset: number, openingAppendedAtMs: number];

export const coverageCell = (partition: PartitionId, coverage: readonly Coverage[]): string =>
  sealCell(
    ['coverage', partition],
    coverage.map(({ epoch, generation, from, expiresAtMs, begun, baseUs }): StoredCoverage => [
      epoch,
      generation,
      from,
      expiresAtMs,
      begun,
      baseUs,
    ]),
  );

/** In the order of epochs; none where there is no cell. `undefined`: the cell is damaged. */
export const coverageIn = (partition: PartitionId, cell: string | null): readonly Coverage[] | undefined => {
  if (cell === null) return [];
  const stored = unsealCell(['coverage', partition], cell) as readonly StoredCoverage[] | undefined; // as: made by `coverageCell`
  return stored?.map(([epoch, generation, from, expiresAtMs, begun, baseUs]) => ({
    partition,
    epoch,
    generation,
    from,
    expiresAtMs,
    begun,
    baseUs,
  }));
};

export const positionCell = ({ partition, offset, epoch, opening }: SpeedPosition): string => {
  const stored: StoredPosition = [offset, epoch, opening.offset, opening.appendedAtMs];
  return sealCell(['position', partition], stored);
};

/** `undefined`: the cell is damaged. */
export const positionIn = (partition: PartitionId, cell: string): SpeedPosition | undefined => {
  const stored = unsealCell(['position', partition], cell) as StoredPosition | undefined; // as: made by `positionCell`
  if (stored === undefined) return undefined;
  const [offset, epoch, openingOffset, appendedAtMs] = stored;
  return { partition, offset, epoch, opening: { offset: openingOffset, appendedAtMs } };
};

/** Of the same generation the first offset and base stay, and the earlier expiry; a higher generation replaces, a lower one changes nothing. */
const merged = (known: Coverage, put: Coverage): Coverage => {
  if (put.generation < known.generation) return known;
  const begun = Math.max(known.begun, put.begun);
  return put.generation > known.generation
    ? { ...put, begun }
    : { ...known, begun, expiresAtMs: Math.min(known.expiresAtMs, put.expiresAtMs) };
};

export const withCoverage = (all: readonly Coverage[], put: Coverage): readonly Coverage[] => {
  const known = all.find(({ epoch }) => epoch === put.epoch);
  const others = all.filter(({ epoch }) => epoch !== put.epoch);
  return [...others, known ? merged(known, put) : put].toSorted((a, b) => a.epoch - b.epoch);
};

/** @param epoch `undefined`: all of them. */
export const withoutTrust = (all: readonly Coverage[], epoch: number | undefined, nowMs: number): readonly Coverage[] =>
  all.map((one) => (epoch === undefined || one.epoch === epoch ? { ...one, expiresAtMs: Math.min(one.expiresAtMs, nowMs) } : one));
