import { describe } from 'vitest';

import type { Depths } from './depth.ts';
import { appendTests } from './event-log/appending.ts';
import { barrierTests } from './event-log/barriers.ts';
import { deadLetterTests } from './event-log/dead-letters.ts';
import { followTests } from './event-log/following.ts';
import { identityTests } from './event-log/identity.ts';
import { modelTests } from './event-log/model.ts';
import type { OpenedEventLog } from './event-log/opened-log.ts';
import { rangeTests } from './event-log/ranges.ts';
import { timeTests } from './event-log/times.ts';
import { traceTests } from './event-log/traces.ts';
import { trimTests } from './event-log/trimming.ts';

export type { OpenedEventLog };

export interface EventLogContract {
  readonly name: string;
  readonly open: () => Promise<OpenedEventLog>;
  /** How many random histories the properties play. */
  readonly runs?: Depths<number>;
}

/** What every event log keeps. Registers tests. */
export const eventLogContract = ({ name, open, runs = { quick: 8, deep: 100 } }: EventLogContract): void => {
  describe(`event log: ${name}`, () => {
    identityTests(open);
    appendTests(open, runs);
    rangeTests(open);
    followTests(open);
    barrierTests(open);
    timeTests(open);
    trimTests(open);
    traceTests(open);
    deadLetterTests(open);
    modelTests(open, runs);
  });
};
