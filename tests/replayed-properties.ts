/** Every property of fast-check begins with the seed that is set, and one that does not hold says how to play it again. */
import { relative } from 'node:path';

import { replayCommand, SEED } from '@rushes/ports/contracts/depth';
import * as fc from 'fast-check';
import { expect } from 'vitest';

/** Test files share a worker, and fast-check with it. */
let isInstalled = false;

export const makeReplayable = (): void => {
  if (isInstalled) return;
  isInstalled = true;
  if (SEED !== undefined) fc.configureGlobal({ ...fc.readConfigureGlobal(), seed: SEED });
  fc.installGlobalPlugin(() => ({
    onAllRunsComplete(details) {
      if (!details.failed) return;
      const file = relative(process.cwd(), expect.getState().testPath ?? '');
      throw new Error(`${fc.defaultReportMessage(details)}\n\nplay it again: ${replayCommand(details.seed)} ${file}`, {
        cause: details.errorInstance,
      });
    },
  }));
};
