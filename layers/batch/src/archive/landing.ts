/**
 * The log's archive: a chain of landings, each a small record and the Parquet files that it names. Landing n holds, of every partition, what lies from
 * where landing n−1 ends up to some offset. Invariant: a record is put only if its number is free and its predecessor was the last, so ranges
 * neither overlap nor leave anything out, however many runs land at once. Its records stay for ever; its files until retention takes them (`opening.ts`).
 */
import { type OffsetVector, PARTITIONS, type PartitionId } from '@rushes/domain';
import type { Lake } from '@rushes/lake';
import { listLakeLogs } from '@rushes/ports';
import { TableFile } from '@rushes/ports/manifest';
import { TerminalError } from '@rushes/runtime';
import Type, { type Static } from 'typebox';

/** Offsets from `from` on, before `to`, that the log had forgotten; `highestBarrier`: before `to`, which the log still knows. */
const Gap = Type.Object({ from: Type.Integer(), to: Type.Integer(), highestBarrier: Type.Integer() });
export type Gap = Static<typeof Gap>;

const LandedPartition = Type.Object({
  from: Type.Integer(),
  to: Type.Integer(),
  /** The highest barrier before `to`, 0 for none. */
  highestBarrier: Type.Integer(),
  /** Append time before `to`, made monotone. */
  timeMs: Type.Integer(),
  /** The duplicate clock before `to`; missing in landings of before there was one, with which it begins again. */
  countedMs: Type.Optional(Type.Integer()),
  /** What was gone from the log before it landed: in this landing or an earlier one. */
  gaps: Type.Array(Gap),
});
export type LandedPartition = Static<typeof LandedPartition>;

export const Landing = Type.Object({
  format: Type.Literal(1),
  number: Type.Integer(),
  /** The run that landed it. */
  version: Type.Integer(),
  landedAt: Type.String(),
  /** Records by topic, ordered by partition and offset. */
  files: Type.Record(Type.String(), TableFile),
  partitions: Type.Record(Type.String(), LandedPartition),
});
export type Landing = Static<typeof Landing>;

export const ARCHIVE = 'bronze/log';

const PREFIX = `${ARCHIVE}/landings/landing-`;

export const landingKey = (number: number): string => `${PREFIX}${String(number).padStart(10, '0')}.json`;

/** Before the first landing. */
const NOTHING: LandedPartition = { from: 0, to: 0, highestBarrier: 0, timeMs: 0, gaps: [] };

/** How far a partition had landed with this landing; `undefined`: before the first. */
export const landedOf = (landing: Landing | undefined, partition: PartitionId): LandedPartition =>
  landing?.partitions[partition] ?? NOTHING;

export const landedUpTo = (landing: Landing | undefined): OffsetVector =>
  Object.fromEntries(PARTITIONS.map((partition) => [partition, landedOf(landing, partition).to]));

/** The chain's last landing. `known`: the number of one that is there, from which to look; without it, all are listed. */
export const lastLanding = async (lake: Lake, known = 0): Promise<Landing | undefined> => {
  let number = known;
  if (number === 0) for await (const { key } of lake.objects.list(PREFIX)) number = Number(key.slice(PREFIX.length, -'.json'.length));
  let last = number === 0 ? undefined : await lake.readJson(landingKey(number), Landing);
  if (known > 0 && !last) return lastLanding(lake);
  for (let next = last; next; next = await lake.readJson(landingKey(next.number + 1), Landing)) last = next;
  return last;
};

/** The highest barrier that the archive knows of, and the barriers that logs began with in the place of lost ones; 0 for none. */
export const highestKnownBarrier = async (lake: Lake): Promise<number> => {
  const [last, logs] = [await lastLanding(lake), await listLakeLogs(lake.objects)];
  return Math.max(...PARTITIONS.map((partition) => landedOf(last, partition).highestBarrier), ...logs.map(({ barrier }) => barrier));
};

/** A landing of the chain. @throws TerminalError if it is gone. */
export const landingOf = async (lake: Lake, number: number): Promise<Landing> => {
  const landing = await lake.readJson(landingKey(number), Landing);
  if (!landing)
    throw new TerminalError(`the log's archive in ${lake.objects.location} lacks ${landingKey(number)}`, {
      hint: 'restore it from a backup: what it names cannot be made anew',
    });
  return landing;
};

/** The landing before this one, `undefined` before the first. */
export const landingBefore = async (lake: Lake, landing: Landing): Promise<Landing | undefined> =>
  landing.number === 1 ? undefined : landingOf(lake, landing.number - 1);
