import { hostname } from 'node:os';
import type { Lake } from '@rushes/lake';
import { Claim, claimKey, highestNumber, isDead } from './claim.ts';
import { readRunReport } from './run-record.ts';

/** So many runs do not begin while one is under way. */
const RECENT = 50;

/** Number of a run that a living process of this machine has claimed and not finished. Of other machines nobody knows. */
export const runUnderWay = async (lake: Lake): Promise<number | undefined> => {
  const highest = await highestNumber(lake, 0);
  for (let version = highest; version > Math.max(0, highest - RECENT); version--) {
    const claim = await lake.readJson(claimKey(version), Claim);
    if (claim && claim.host === hostname() && !isDead(claim) && !(await readRunReport(lake, version))) return version;
  }
  return undefined;
};
