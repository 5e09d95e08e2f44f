/**
 * Whether a run is alive, as far as other processes can tell, on this machine or another: it renews a small record as long as it runs, and counts as ended once
 * that is older than a minute. Process numbers say nothing: in a container every process has the same.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Lake } from '@rushes/lake';
import Type from 'typebox';
import type { Claim } from './claim.ts';

const Heartbeat = Type.Object({ id: Type.String(), renewedAt: Type.String() });

const heartbeatKey = (version: number): string => `heartbeats/run-${version}.json`;

/** Six renewals may fail before the run counts as ended. */
const EVERY_MS = 10_000;
export const EXPIRY_MS = 60_000;

export interface HeartbeatContext {
  readonly now: () => Date;
  /** Told when a renewal fails; the next one is tried all the same. */
  readonly onFault: (error: unknown) => void;
  readonly everyMs?: number;
}

/** Renews the record of a run until it is stopped, and removes it then. */
export const startHeartbeat = (
  lake: Lake,
  { version, id }: Pick<Claim, 'version'> & { readonly id: string },
  { now, onFault, everyMs = EVERY_MS }: HeartbeatContext,
): { readonly stop: () => Promise<void> } => {
  const ended = new AbortController();
  const beat = async (): Promise<void> => {
    while (!ended.signal.aborted) {
      try {
        await lake.putJson(heartbeatKey(version), { id, renewedAt: now().toISOString() });
      } catch (error) {
        onFault(error);
      }
      await sleep(everyMs, undefined, { signal: ended.signal }).catch(() => undefined);
    }
  };
  const beating = beat();
  return {
    async stop() {
      ended.abort();
      await beating;
      await lake.objects.delete([heartbeatKey(version)]).catch(onFault);
    },
  };
};

/** Whether a run that left no report is under way. A time in the future comes of a clock that is ahead, and says nothing. */
export const isAlive = async (lake: Lake, { version, id, startedAt }: Claim, now: Date): Promise<boolean> => {
  if (id === undefined) return false;
  const last = await lake.readRemadeJson(heartbeatKey(version), Heartbeat);
  const renewedAt = last?.id === id ? last.renewedAt : startedAt;
  return Math.abs(now.getTime() - Date.parse(renewedAt)) < EXPIRY_MS;
};
