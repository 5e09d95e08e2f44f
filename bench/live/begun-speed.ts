/** The speed layer over the stores of one folder, as `rushes up` starts it; a refused event ends the benchmark. */
import type { Stores } from '@rushes/stores';
import { silentLogger } from '@rushes/runtime';
import { type RunningSpeed, startSpeed } from '@rushes/speed';

const LONG_MS = 60_000;

/** Waits of the log keep no process alive; this does, until they have ended. */
const aliveUntil = async (done: Promise<void>): Promise<void> => {
  const timer = setInterval(() => {}, LONG_MS);
  await done.finally(() => clearInterval(timer));
};

export const beginSpeed = ({ log, speed, owners, views, duplicateFilters }: Stores): RunningSpeed => {
  let refused: string | undefined;
  const running = startSpeed(
    { log, speed, owners, duplicateFilters, published: () => views.currentPublication() },
    {
      logger: silentLogger,
      member: 'bench',
      reject: async (_partition, events) => {
        refused ??= events[0]?.reason;
      },
    },
  );
  return {
    caughtUp: () => running.caughtUp(),
    stop: async () => {
      await aliveUntil(running.stop());
      if (refused !== undefined) throw new Error(`made-up events were refused: ${refused}`);
    },
  };
};
