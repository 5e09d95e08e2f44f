/**
 * The files of landings, as far as they are what landed. Invariant: a landing's record never changes. Where one of its files is lost and the log still has
 * the records, they are archived anew under a record of their own that names what it replaces; readers take the first file of a landing that is what was
 * stored. Equal rows mostly give equal bytes: then the file that was damaged has its name and its content again.
 */
import { PARTITIONS, type PartitionId, type Topic, topicOf } from '@rushes/domain';
import { DamagedFileError, type Lake } from '@rushes/lake';
import { TableFile } from '@rushes/ports/manifest';
import type { HashOptions } from '@rushes/ports';
import { TerminalError } from '@rushes/runtime';
import Type, { type Static } from 'typebox';
import { ARCHIVE, landedOf, type Landing } from './landing.ts';

/** Records of a landing that were archived anew. */
const Replacement = Type.Object({
  format: Type.Literal(1),
  landing: Type.Integer(),
  topic: Type.String(),
  /** 1 for the first replacement of this landing's file. */
  number: Type.Integer(),
  /** Key of the file that was lost. */
  replaces: Type.String(),
  fault: Type.Union([Type.Literal('missing'), Type.Literal('damaged')]),
  /** The run that archived them anew. */
  version: Type.Integer(),
  replacedAt: Type.String(),
  file: TableFile,
});
type Replacement = Static<typeof Replacement>;

const REPLACEMENTS = `${ARCHIVE}/replacements/`;

const replacementKey = (landing: number, topic: Topic, number: number): string =>
  `${REPLACEMENTS}landing-${String(landing).padStart(10, '0')}.${topic}.${number}.json`;

/** Offsets of a partition from `from` on, before `to`. */
export interface HeldRange {
  readonly partition: PartitionId;
  readonly from: number;
  readonly to: number;
}

/** What the file of a topic holds: the landing's offsets, without those that were gone before. */
export const heldBy = (landing: Landing, topic: Topic): readonly HeldRange[] =>
  PARTITIONS.filter((partition) => topicOf(partition) === topic).flatMap((partition) => {
    const { from, to, gaps } = landedOf(landing, partition);
    const held: HeldRange[] = [];
    let at = from;
    for (const gap of gaps.filter((one) => one.to > from && one.from < to).toSorted((a, b) => a.from - b.from)) {
      if (gap.from > at) held.push({ partition, from: at, to: gap.from });
      at = Math.max(at, gap.to);
    }
    if (at < to) held.push({ partition, from: at, to });
    return held;
  });

/** A landing's file that is not what landed, where nothing replaces it. */
export interface LostFile {
  readonly landing: Landing;
  readonly topic: Topic;
  readonly file: TableFile;
  readonly fault: 'missing' | 'damaged';
  /** Number that its next replacement has. */
  readonly next: number;
}

/** The file to read a landing's records of a topic from; `undefined` if it has none. */
export const landedFile = async (
  lake: Lake,
  landing: Landing,
  topic: Topic,
  options?: HashOptions,
): Promise<TableFile | LostFile | undefined> => {
  const file = landing.files[topic];
  if (!file) return undefined;
  const fault = await lake.faultOf(file, options);
  if (!fault) return file;
  for (let number = 1; ; number++) {
    const replacement = await lake.readJson(replacementKey(landing.number, topic, number), Replacement);
    if (!replacement) return { landing, topic, file, fault, next: number };
    if (!(await lake.faultOf(replacement.file, options))) return replacement.file;
  }
};

/** Keys of all files that replace one of a landing, with its number. */
export const replacingFiles = async function* (lake: Lake): AsyncGenerator<{ readonly landing: number; readonly key: string }> {
  for await (const { key } of lake.objects.list(REPLACEMENTS)) {
    const replacement = await lake.readJson(key, Replacement);
    if (replacement) yield { landing: replacement.landing, key: replacement.file.key };
  }
};

export const isLost = (found: TableFile | LostFile): found is LostFile => 'fault' in found;

/** Says that a file takes the place of a lost one; `false` if somebody else did so first. */
export const putReplacement = (
  lake: Lake,
  { landing, topic, file: lost, fault, next }: LostFile,
  file: TableFile,
  version: number,
  now: Date,
): Promise<boolean> => {
  const replacement: Replacement = {
    format: 1,
    landing: landing.number,
    topic,
    number: next,
    replaces: lost.key,
    fault,
    version,
    replacedAt: now.toISOString(),
    file,
  };
  return lake.putJsonIfAbsent(replacementKey(landing.number, topic, next), replacement);
};

const tellRange = ({ partition, from, to }: HeldRange): string =>
  `${to - from === 1 ? `offset ${from}` : `offsets ${from} to ${to - 1}`} of ${partition}`;

export const tellHeld = ({ landing, topic }: Pick<LostFile, 'landing' | 'topic'>): string =>
  heldBy(landing, topic).map(tellRange).join(', ');

/** What to do about a file of the archive that nothing replaces. */
export const LOST_ARCHIVE_HINT =
  'Restore it from a backup under its name: it cannot be made anew, since the log has these records no more. Until then nothing is published; what is published goes on being served.';

/** The error of whoever needs records that are lost. */
export const lostArchiveError = (lake: Lake, lost: LostFile): TerminalError => {
  const cause = new DamagedFileError(lost.file.key, lake.objects.location, lost.fault);
  return new TerminalError(`the log's archive is not whole: ${cause.message}. It holds ${tellHeld(lost)}`, {
    hint: LOST_ARCHIVE_HINT,
    cause,
  });
};
