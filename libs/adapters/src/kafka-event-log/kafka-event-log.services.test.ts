import { eventLogContract } from '@rushes/ports/contracts/event-log';

import { logForTests } from './for-tests/kafka-for-tests.ts';

eventLogContract({
  name: 'Kafka',
  runs: { quick: 3, deep: 20 },
  open: async () => {
    const { open, nowMs, advance, dispose } = logForTests();
    return { log: await open(), reopen: open, nowMs, advance: async (milliseconds) => advance(milliseconds), dispose };
  },
});
