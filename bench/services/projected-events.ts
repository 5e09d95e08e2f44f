/** Events that the speed layer projects a second, from an embedded log into whichever speed store. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import type { Owners, SpeedStore } from '@rushes/ports';
import { openEmbeddedStores } from '@rushes/stores';

import { beginSpeed } from '../live/begun-speed.ts';
import { makeEvents } from '../live/made-events.ts';
import { usage } from '../process/usage.ts';

const PER_CALL = 1_000;

export interface ProjectedEvents {
  readonly ms: number;
  /** Processor time of this process. */
  readonly cpuMs: number;
}

/** @param other the speed store to project into. Default: the embedded one. */
export const projectEvents = async (
  events: number,
  movies: number,
  other?: SpeedStore & { readonly owners: Owners },
): Promise<ProjectedEvents> => {
  const folder = await mkdtemp(join(tmpdir(), 'rushes-bench-cassandra-'));
  try {
    const stores = await openEmbeddedStores(folder);
    const maker = makeEvents(
      Array.from({ length: movies }, (_, n) => `00000000-0000-4000-8000-${n.toString(16).padStart(12, '0')}`),
      'projected',
    );
    const now = Date.now();
    const records = Array.from({ length: events }, () => maker.next(now));
    for (let from = 0; from < events; from += PER_CALL) await stores.log.append(records.slice(from, from + PER_CALL));
    const [started, before] = [performance.now(), usage().cpuMs];
    const running = beginSpeed(other ? { ...stores, speed: other, owners: other.owners } : stores);
    await running.caughtUp();
    const [ms, cpuMs] = [performance.now() - started, usage().cpuMs - before];
    await running.stop();
    await stores.close();
    return { ms, cpuMs };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
};
