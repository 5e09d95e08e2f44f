/**
 * An opening balance: the states of all keyed views as the events before some landing's end make them, and how many events those were. It stands in for
 * what it is made of, so that files of the archive that are older than the retention can go: whoever computes everything anew begins with it. Sealed once
 * and never changed; the next one replaces it.
 */
import { offsetAt, type OffsetVector, PARTITIONS } from '@rushes/domain';
import type { Lake } from '@rushes/lake';
import { TableRecord } from '@rushes/ports/manifest';
import { TerminalError } from '@rushes/runtime';
import Type, { type Static } from 'typebox';
import { ARCHIVE, type Landing, lastLanding } from './landing.ts';

export const Opening = Type.Object({
  format: Type.Literal(1),
  number: Type.Integer(),
  /** Events before these offsets are in it: where landing `landing` ends. */
  cut: Type.Record(Type.String(), Type.Integer()),
  landing: Type.Integer(),
  /** Nobody needs the files of landings up to this one: they lie before the window in which duplicates of later events are. */
  spent: Type.Integer(),
  /** When landing `spent` landed: the archive begins after it. */
  spentAt: Type.String(),
  sealedAt: Type.String(),
  /** Counts of the events before the cut, named as in a manifest. */
  figures: Type.Record(Type.String(), Type.Number()),
  /** The keyed views. */
  tables: Type.Array(TableRecord),
});
export type Opening = Static<typeof Opening>;

/** The log's archive as it stands. */
export interface Archive {
  readonly last: Landing | undefined;
  /** What it begins with; `undefined`: all that ever landed is there. */
  readonly opening: Opening | undefined;
}

const PREFIX = `${ARCHIVE}/openings/opening-`;

export const openingKey = (number: number): string => `${PREFIX}${String(number).padStart(10, '0')}.json`;

/** The opening balances that are there, newest first: the one that counts, and the one before it while somebody may still read it. */
export const readOpenings = async (lake: Lake): Promise<readonly Opening[]> => {
  const found: Opening[] = [];
  for await (const { key } of lake.objects.list(PREFIX)) {
    const opening = await lake.readJson(key, Opening);
    if (opening) found.unshift(opening);
  }
  return found;
};

/** @param known number of a landing that is there, see `lastLanding`. */
export const openArchive = async (lake: Lake, known = 0): Promise<Archive> => {
  const [opening] = await readOpenings(lake);
  return { last: await lastLanding(lake, known), opening };
};

/** Whether a version covers all that an opening balance does, so that nothing before the balance is asked for by whoever goes on with it. */
export const reaches = (cut: OffsetVector, opening: Opening): boolean =>
  PARTITIONS.every((partition) => offsetAt(cut, partition) >= offsetAt(opening.cut, partition));

/** Files of this landing are gone by retention, or go next. */
export const isSpent = ({ number }: Pick<Landing, 'number'>, opening: Opening | undefined): boolean => number <= (opening?.spent ?? 0);

/** Why records are asked for in vain. */
export const spentError = (lake: Lake, opening: Opening): TerminalError =>
  new TerminalError(
    `events of before ${opening.spentAt} are not in the archive of ${lake.objects.location} any more: their contribution is in opening balance ${opening.number} alone`,
    { hint: 'Restore a backup of that time beside this one if you need the events themselves.' },
  );
