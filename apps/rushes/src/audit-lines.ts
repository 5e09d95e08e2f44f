/** What an audit found, for people. */
import type { AuditReport } from '@rushes/batch';

import { damageLines } from './damage-lines.ts';

const count = (value: number, of: string): string => `${value.toLocaleString('en-US')} ${of}`;

/** What is damaged explains what differs; where nothing is, one of the layers kept something else than it read. */
const adviceFor = ({ damages, first }: AuditReport): string => {
  if (damages.length > 0) return 'What is damaged comes first: see above. Audit again when it is mended.';
  return first?.part === 'epoch'
    ? 'All files are as they were stored: the speed layer kept something else. Run `rushes batch run`: the next version covers these events, computed from the log.'
    : 'All files are as they were stored: the run computed something else. Run `rushes batch run --full`: it computes everything from the archive of all events.';
};

export const describeAudit = (report: AuditReport): string => {
  const { version, events, states, late_rows, missing, damages, unread, redefined, differences, first } = report;
  const lines =
    states === 0 && differences === 0 && unread.length === 0
      ? [
          `Version ${version} and the epochs after it: nothing to compare, since no event that was read makes a state (${count(events, 'events')}).`,
        ]
      : [
          `Version ${version} and the epochs after it against ${count(events, 'events')}: ${count(states, 'states compared')}, ${count(differences, 'differences')}.`,
        ];
  if (late_rows > 0) lines.push(`Of the ledger of late events: ${count(late_rows, 'rows compared')}.`);
  lines.push(...damageLines(damages));
  for (const { partition, from, to } of unread)
    lines.push(
      `${partition} was not compared: its events from offset ${from} to ${to - 1} are lost in the archive, and the log has them no more.`,
    );
  if (redefined.length > 0)
    lines.push(
      `${redefined.join(', ')}: not compared in the version. They are defined otherwise than when the archive's opening balance was sealed, and the events of before are gone.`,
    );
  if (missing.length > 0)
    lines.push(
      `${count(missing.length, 'epochs of partitions')} are not whole in the speed store: answers say "gap" until a batch run covers them.`,
    );
  if (first !== undefined)
    lines.push(
      `First: ${first.view} of ${first.key} in ${first.part} ${first.number}, ${first.partition}`,
      `  found     ${JSON.stringify(first.found)}`,
      `  expected  ${JSON.stringify(first.expected)}`,
      adviceFor(report),
    );
  return lines.join('\n');
};
