/** Before each test file. */
import { makeReplayable } from './replayed-properties.ts';

makeReplayable();
