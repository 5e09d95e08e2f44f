import type { RunReport } from '@rushes/batch';
import { formatDuration } from '@rushes/runtime';

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
