import { describe } from 'vitest';

import type { Depths } from './depth.ts';
import { changeTests } from './speed-store/changes.ts';
import { expiryTests } from './speed-store/expiry.ts';
import { waitTests } from './speed-store/waiting.ts';
import { historyTests } from './speed-store/histories.ts';
import type { OpenedSpeedStore } from './speed-store/opened-store.ts';
import { progressTests } from './speed-store/progress.ts';
import { readTests } from './speed-store/reading-rows.ts';
import { writeTests } from './speed-store/writing-rows.ts';

export type { OpenedSpeedStore };

export interface SpeedStoreContract {
  readonly name: string;
  readonly open: () => Promise<OpenedSpeedStore>;
  /** How many random histories the properties try. */
  readonly runs?: Depths<number>;
}

/** What every speed store keeps. Registers tests. */
export const speedStoreContract = ({ name, open, runs = { quick: 15, deep: 300 } }: SpeedStoreContract): void => {
  describe(`speed store: ${name}`, () => {
    writeTests(open, runs);
    readTests(open);
    expiryTests(open);
    changeTests(open, runs);
    waitTests(open);
    progressTests(open);
    historyTests(open, runs);
  });
};
