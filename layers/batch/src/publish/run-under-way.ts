import type { Lake } from '@rushes/lake';
import { Claim, claimKey, highestNumber } from './claim.ts';
import { isAlive } from './heartbeat.ts';
import { readRunReport } from './run-record.ts';

/** So many runs do not begin while one is under way. */
const RECENT = 50;

/** Number of a run that was claimed, is not finished, and is alive, on this machine or another. */
export const runUnderWay = async (lake: Lake, now: Date): Promise<number | undefined> => {
  const highest = await highestNumber(lake, 0);
  for (let version = highest; version > Math.max(0, highest - RECENT); version--) {
    const claim = await lake.readJson(claimKey(version), Claim);
    if (claim && !(await readRunReport(lake, version)) && (await isAlive(lake, claim, now))) return version;
  }
  return undefined;
};
