import type { Surroundings } from './machine.ts';
import { markdownTable } from './markdown.ts';

/** Where something was measured, and with which versions. */
export const describeMachine = ({ machine, versions }: Surroundings): string =>
  markdownTable(
    ['machine', ''],
    [
      ['processor', `${machine.cpu}, ${machine.cores} cores`],
      ['memory', `${machine.memoryGb} GiB`],
      ['kernel', machine.kernel],
      ...Object.entries(versions),
    ],
  );
