import { type VerifyReport, verifyStores } from '@rushes/batch';
import { EXIT_CODES } from '@rushes/runtime';
import { openExistingStores } from '@rushes/stores';
import type { Command } from 'commander';

import { addCommand, done, storeSettings } from '../cli.ts';
import { damageLines } from '../damage-lines.ts';

const count = (value: number, of: string): string => `${value.toLocaleString('en-US')} ${of}`;

const describe = ({ objects, artefacts, records, rows, unsealed, damages }: VerifyReport): string =>
  [
    `${count(objects, 'objects of the lake')}, ${count(artefacts, 'artefacts of views')}, ${count(records, 'records of the log')} and ${count(rows, 'rows of the speed store')} read: ${damages.length === 0 ? 'all are what was stored' : `${damages.length === 1 ? '1 is' : count(damages.length, 'are')} not what was stored`}.`,
    ...damageLines(damages),
    ...(unsealed.length > 0
      ? [`${count(unsealed.length, 'artefacts')} were built before there were checksums: the next batch run builds them anew.`]
      : []),
  ].join('\n');

export const addVerify = (program: Command): Command =>
  addCommand(program, 'verify', {
    summary: 'compare everything that is stored with its checksums',
    description:
      'Reads every file of the lake and of the views, every record of the log and every row of the speed store, and compares each with its checksum. Only reads, and may run beside everything else. Exit code 5: something is not what was stored; what it is, and the way out, is shown.',
    settings: storeSettings(),
    examples: [['verify --data data', 'verify the folder `data`']],
    run: async (invocation) => {
      const { progress, lifecycle, output } = invocation;
      const report = await verifyStores(await openExistingStores(invocation), { progress, signal: lifecycle.signal });
      output.result(report, () => describe(report));
      return report.damages.length > 0 ? EXIT_CODES.different : done;
    },
  });
