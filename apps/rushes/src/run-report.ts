import type { RunReport } from '@rushes/batch';
import { EXIT_CODES, exitCodeOfSignal, formatDuration, type ExitCode, type StopSignal } from '@rushes/runtime';

import { describeVersion } from './source.ts';

const took = ({ startedAt, finishedAt }: RunReport): string => formatDuration(Date.parse(finishedAt) - Date.parse(startedAt));

/** How a run ended, for people. */
export const describeRun = (report: RunReport): string => {
  const { version, outcome, message, absent, origin, parent } = report;
  const lines = [`Run ${version} ${outcome} after ${took(report)}${message === undefined ? '.' : `: ${message}`}`];
  if (outcome === 'refused')
    lines.push(`Nothing was published: ${parent === undefined ? 'the version before it' : describeVersion(parent)} keeps serving.`);
  if (outcome === 'published' && parent !== undefined && origin !== undefined && parent.origin !== origin)
    lines.push(`It begins a history of its own: it was not measured against ${describeVersion(parent)}.`);
  if (absent.length > 0)
    lines.push(
      origin === 'sample'
        ? `A sample does not have everything: ${absent.join(', ')}.`
        : `Not in the folder, so what needs them is empty: ${absent.join(', ')}.`,
    );
  return lines.join('\n');
};

/** The exit code that says how a run ended; `signal` is what stopped it, if something did. */
export const exitCodeOfRun = ({ outcome }: RunReport, signal: StopSignal | undefined): ExitCode => {
  switch (outcome) {
    case 'published':
      return EXIT_CODES.ok;
    case 'refused':
      return EXIT_CODES.refused;
    case 'superseded':
      return EXIT_CODES.superseded;
    case 'failed':
      return EXIT_CODES.failed;
    case 'interrupted':
      return signal === undefined ? EXIT_CODES.failed : exitCodeOfSignal(signal);
  }
};
