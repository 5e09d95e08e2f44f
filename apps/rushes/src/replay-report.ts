/** What a replay says when it has ended, and how to go on. Pure. */
import { formatDuration } from '@rushes/runtime';
import type { FileSource, ReplayReport } from '@rushes/speed';

/** The flags of a command line that going on with it takes. */
export interface GoingOn {
  readonly file: string;
  readonly dataFolder: string;
  readonly source: string;
  readonly final: boolean;
  readonly format?: string | undefined;
  /** When the file's ratings were so. */
  readonly atMs?: number | undefined;
  readonly links?: string | undefined;
}

const PLAIN = /^[\w./:=@%+-]+$/;
const quoted = (word: string): string => (PLAIN.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`);

/** The command that goes on behind what is in the log, to be copied as it stands. */
export const goingOnCommand = ({ file, dataFolder, source, final, format, atMs, links }: GoingOn): string =>
  [
    'rushes replay',
    quoted(file),
    `--source ${quoted(source)}`,
    ...(final ? ['--final'] : []),
    ...(format === undefined ? [] : [`--format ${format}`]),
    ...(atMs === undefined ? [] : [`--at ${new Date(atMs).toISOString()}`]),
    ...(links === undefined ? [] : [`--links ${quoted(links)}`]),
    `--data ${quoted(dataFolder)}`,
  ].join(' ');

export interface ReplaySummary {
  readonly report: ReplayReport;
  readonly tookMs: number;
  readonly file: string;
  readonly end: ReturnType<FileSource['end']>;
  /** The version whose titles are meant by "known". */
  readonly version: number | undefined;
  /** The command that counts a last line without an end too. */
  readonly finalCommand: string;
}

const count = (amount: number, of: string): string => `${amount.toLocaleString('en-US')} ${of}${amount === 1 ? '' : 's'}`;

const leftText = (line: number, command: string): string =>
  `Line ${line} has no end yet, so it was left for the next replay. If the file is complete as it is, count it:\n  ${command}`;

const knownText = (events: number, known: number, version: number): string => {
  const catalog = `the catalog (version ${version})`;
  if (known === events) return `${events === 1 ? 'It concerns a title' : 'All of them concern titles'} that ${catalog} has.`;
  if (known === 0) return `None of them concerns a title that ${catalog} has; they count once their titles are known.`;
  return `${count(known, 'event')} of these ${known === 1 ? 'concerns a title' : 'concern titles'} that ${catalog} has; the others count once their titles are known.`;
};

const repeatedText = (repeated: number, contradicting: number): string => {
  const left = `${count(repeated, 'event')} ${repeated === 1 ? 'was' : 'were'} left out, since an earlier line has the same id`;
  return contradicting === 0 ? `${left}.` : `${left}; ${contradicting} of these said something else than the line that counts.`;
};

/** Lines for people. */
export const describeReplay = ({ report, tookMs, file, end, version, finalCommand }: ReplaySummary): string => {
  const { after_line, line, events, found, repeated, contradicting, rejected, known, outcome } = report;
  const left = end?.leftLine === undefined ? [] : [leftText(end.leftLine, finalCommand)];
  if (outcome === 'ended' && line === 0 && left.length > 0) return [`Nothing of ${file} is in the log yet.`, ...left].join('\n');
  if (outcome === 'ended' && line === after_line) {
    const until = left.length === 0 ? `up to its end (line ${line})` : `up to line ${line}`;
    const again = '--again appends it once more; what was appended less than 48 hours ago counts once.';
    return [`Nothing new: ${file} is in the log ${until}. ${again}`, ...left].join('\n');
  }
  const lines = [`Replayed ${file} up to line ${line}: ${count(events, 'event')} in ${formatDuration(tookMs)}.`];
  if (events > 0 && known !== null && version !== undefined) lines.push(knownText(events, known, version));
  if (found > 0)
    lines.push(`${count(found, 'event')} of these lay in the log since a replay that was cut off, and were not appended again.`);
  if (repeated > 0) lines.push(repeatedText(repeated, contradicting));
  if (rejected > 0) lines.push(`${count(rejected, 'line')} could not be used: \`rushes dead-letters list\` says why.`);
  if (outcome !== 'ended')
    lines.push(
      `${outcome === 'interrupted' ? 'Interrupted' : 'The limit was reached'}: the same command goes on behind line ${line}, --again begins anew.`,
    );
  return [...lines, ...left].join('\n');
};
