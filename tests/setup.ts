/** Before each test file. */
import { isMainThread } from 'node:worker_threads';

import { makeReplayable } from './replayed-properties.ts';
import { START_UMASK } from './shared-folder.ts';

// Files share their workers, and one before may have opened a data folder.
if (isMainThread) process.umask(Number.parseInt(process.env[START_UMASK] ?? '22', 8));

makeReplayable();
