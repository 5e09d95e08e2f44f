/**
 * The logs that a lake has had: offsets in its archive, its versions and the speed store mean records of these, and of no other. Invariant: the list
 * only grows, each entry by put-if-absent under the next number; the last one is the log of today. A log that took the place of a lost one goes on in
 * the offsets of the one before, so what earlier versions say stays true.
 */
import { isPartitionId, type OffsetVector } from '@rushes/domain';

import { refuseNewerFormat } from './newer-format.ts';
import type { ObjectStore } from './object-store.ts';
import { sealJson, unsealJson } from './sealed-json.ts';

export interface LakeLog {
  readonly number: number;
  readonly id: string;
  /** Where it begins; empty for one that began with nothing before it. */
  readonly from: OffsetVector;
  /** ISO 8601. */
  readonly since: string;
  /** Number of the barrier that it begins with, which no run has claimed; 0 for one that began with nothing before it. */
  readonly barrier: number;
}

const FORMAT = 1;
/** Beside the log's archive: what belongs together is backed up together. */
const PREFIX = 'bronze/log/identities/identity-';
const keyOf = (number: number): string => `${PREFIX}${String(number).padStart(10, '0')}.json`;

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> => typeof value === 'object' && value !== null;
const isVector = (value: unknown): value is OffsetVector =>
  isRecord(value) && Object.entries(value).every(([partition, offset]) => isPartitionId(partition) && Number.isSafeInteger(offset));

const parse = (bytes: Uint8Array): unknown => {
  try {
    return unsealJson(bytes);
  } catch {
    return undefined;
  }
};

const readEntry = async (objects: ObjectStore, key: string): Promise<LakeLog> => {
  const value = parse((await objects.get(key)) ?? new Uint8Array());
  if (isRecord(value) && value['format'] === FORMAT) {
    const { number, id, from, since, barrier = 0 } = value;
    if (
      typeof number === 'number' &&
      typeof id === 'string' &&
      typeof since === 'string' &&
      isVector(from) &&
      Number.isSafeInteger(barrier)
    )
      return { number, id, from, since, barrier: Number(barrier) };
  }
  refuseNewerFormat(value, FORMAT, `${key} in ${objects.location}`);
  throw new Error(`${key} in ${objects.location} does not say which log this lake is made from: restore it from a backup`);
};

/** The oldest first. */
export const listLakeLogs = async (objects: ObjectStore): Promise<readonly LakeLog[]> => {
  const logs: LakeLog[] = [];
  for await (const { key } of objects.list(PREFIX)) logs.push(await readEntry(objects, key));
  return logs;
};

/** Adds a log; `false` if there is one of this number. */
export const putLakeLog = (objects: ObjectStore, log: LakeLog): Promise<boolean> =>
  objects.putIfAbsent(keyOf(log.number), sealJson({ format: FORMAT, ...log }));

/** Makes the lake the log's with this id if it is nobody's yet. Returns the log that it belongs to. */
export const claimLake = async (objects: ObjectStore, id: string, now: Date): Promise<LakeLog> => {
  for (;;) {
    const known = (await listLakeLogs(objects)).at(-1);
    if (known !== undefined) return known;
    await putLakeLog(objects, { number: 1, id, from: {}, since: now.toISOString(), barrier: 0 });
  }
};
