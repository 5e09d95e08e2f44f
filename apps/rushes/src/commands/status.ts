import { readStatus, type BatchStatus } from '@rushes/batch';
import { explainError, formatDuration, type Session } from '@rushes/runtime';
import {
  deadLetterWarning,
  type EarlyWarning,
  oldestMs,
  type Publication,
  SPEED_TTL_MS,
  uncoveredEpochs,
  uncoveredWarning,
} from '@rushes/ports';
import {
  lagWarnings,
  openLakeToRead,
  type ProcessState,
  quotaWarnings,
  readCoverage,
  readRecentLetters,
  readRunningProcesses,
} from '@rushes/stores';
import type { Command } from 'commander';

import { addCommand, done, storeSettings } from '../cli.ts';
import { describeVersion } from '../source.ts';

/** The processes that run, or why nobody knows. */
interface RunningProcesses {
  readonly processes: readonly ProcessState[] | null;
  readonly processesFault?: string;
}

const lookForProcesses = async (session: Pick<Session, 'config'>): Promise<RunningProcesses> => {
  try {
    return { processes: await readRunningProcesses(session) };
  } catch (error) {
    return { processes: null, processesFault: explainError(error).message };
  }
};

const processLines = ({ processes, processesFault }: RunningProcesses): readonly string[] => {
  if (processes === null) return [`Processes    unknown: ${processesFault ?? ''}`];
  if (processes.length === 0) return ['Processes    none says that it runs'];
  return processes.map(({ layer, host, pid, release, startedAt, state }, n) => {
    const said = Object.entries(state).map(([name, value]) => `${name} ${String(value)}`);
    return `${n === 0 ? 'Processes' : '         '}    ${layer} ${host}:${pid}, release ${release}, since ${startedAt}: ${said.join(', ')}`;
  });
};

/** What is told early of the events after the served version; nothing where nobody can look: `processes` says why. */
const lookForUncovered = async (
  session: Pick<Session, 'config'>,
  publication: Publication | undefined,
): Promise<readonly EarlyWarning[]> => {
  if (publication === undefined) return [];
  const coverage = await readCoverage(session).catch(() => []);
  return uncoveredWarning(oldestMs(uncoveredEpochs(coverage, publication.cut), Date.now(), SPEED_TTL_MS), SPEED_TTL_MS);
};

/** What is told early of events that cannot be used; nothing where nobody can look. */
const lookForLetters = async (session: Pick<Session, 'config'>): Promise<readonly EarlyWarning[]> =>
  deadLetterWarning(await readRecentLetters(session).catch(() => 0));

const NAMES: Readonly<Record<EarlyWarning['what'], string>> = {
  batch_age: 'the data that are served are old',
  lag: 'events wait to be shown',
  uncovered_epoch: 'no run has covered the oldest events for long',
  dead_letters: 'events of the last hour cannot be used (`rushes dead-letters list`)',
  quarantine: 'many lines cannot be typed',
  quota: 'few requests are left of the day',
};

const amount = (value: number, unit: EarlyWarning['unit']): string => {
  if (unit === 'seconds') return formatDuration(value * 1_000);
  if (unit === 'events') return value.toLocaleString('en-US');
  return `${(100 * value).toLocaleString('en-US', { maximumFractionDigits: 2 })} %`;
};

const earlyLines = (early: readonly EarlyWarning[]): readonly string[] =>
  early.length === 0
    ? ['Near limits  nothing']
    : early.map(({ what, of, value, limit, unit }, n) => {
        const name = of === undefined ? NAMES[what] : `${of}: ${NAMES[what]}`;
        return `${n === 0 ? 'Near limits' : '           '}  ${name}: ${amount(value, unit)}, which is told of from ${amount(limit, unit)} on`;
      });

interface Status extends BatchStatus, RunningProcesses {
  /** What comes near to a limit while all answers are right. */
  readonly early: readonly EarlyWarning[];
}

const describe = ({ published, lastRun, early, ...running }: Status, folder: string): string => {
  const lines = [`Data folder  ${folder}`];
  if (published === undefined) {
    lines.push('Served       nothing is published yet');
  } else {
    const { publication, origin, source, ageS, dumps, absent, quarantinedLines, warnings } = published;
    const rolledBack = publication.reason === 'rollback' ? ', by a rollback' : '';
    lines.push(
      `Served       ${describeVersion({ version: publication.version, origin })}, published ${publication.publishedAt}${rolledBack}; its data were read ${formatDuration(ageS * 1_000)} ago`,
      `Source       ${source ?? 'unknown'}`,
      ...Object.entries(publication.views).map(([name, { rows }]) => `  view       ${name}: ${rows.toLocaleString('en-US')} rows`),
      ...dumps
        .filter((dump) => dump.present)
        .map(
          ({ dataset, rows = 0, rejectedLines = 0 }) =>
            `  file       ${dataset}: ${rows.toLocaleString('en-US')} rows, ${rejectedLines} rejected lines`,
        ),
      ...(dumps.length === 0 ? ['Files        unknown: the manifest of this version is not in the lake; run the batch layer'] : []),
      `Absent       ${absent.length === 0 ? 'no file' : `${absent.join(', ')}: ${origin === 'sample' ? 'the sample does not have them' : 'what needs them is empty'}`}`,
      `Quarantine   ${quarantinedLines.toLocaleString('en-US')} lines`,
      `Warnings     ${warnings === 0 ? 'none' : `${warnings}; \`rushes batch list\` shows them`}`,
    );
  }
  if (published !== undefined) lines.push(...earlyLines(early));
  if (lastRun !== undefined)
    lines.push(
      `Last run     ${lastRun.version}, ${lastRun.outcome}${lastRun.message === undefined ? '' : `: ${lastRun.message}`} (${lastRun.startedAt ?? 'start unknown'})`,
    );
  lines.push(...processLines(running));
  return lines.join('\n');
};

export const addStatus = (program: Command): Command =>
  addCommand(program, 'status', {
    summary: 'show what is served, how old it is, what is missing, and which processes run',
    settings: storeSettings(),
    examples: [
      ['status --data data', 'what is served'],
      ['status --json', 'the same for programs'],
    ],
    run: async (invocation) => {
      const [made, running] = [await readStatus(await openLakeToRead(invocation)), await lookForProcesses(invocation)];
      const processes = running.processes ?? [];
      const early = [
        ...(made.published?.early ?? []),
        ...lagWarnings(processes, invocation.config.serving.staleAfterMs),
        ...(await lookForUncovered(invocation, made.published?.publication)),
        ...(await lookForLetters(invocation)),
        ...quotaWarnings(processes),
      ];
      const status: Status = { ...made, ...running, early };
      invocation.output.result(status, () => describe(status, invocation.config.folders.data));
      return done;
    },
  });
