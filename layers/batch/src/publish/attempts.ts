/**
 * The last attempts at a version, as far as it depends on them when the next one is due: from the newest back to one that published or is under way. What is
 * known of a run that ended never changes, so it is read once: a look at a store behind a network, every minute, takes a few calls.
 */
import type { Lake } from '@rushes/lake';
import type { BatchViewStore, Publication } from '@rushes/ports';
import { Claim, claimKey, highestNumber } from './claim.ts';
import { isAlive } from './heartbeat.ts';
import { readRunReport, type RunReport } from './run-record.ts';
import type { VersionSummary } from './versions.ts';

type Attempt = Pick<VersionSummary, 'version' | 'outcome' | 'startedAt' | 'finishedAt' | 'source'>;

/** So many attempts in a row that failed are told apart. */
const HISTORY = 50;
const PUBLICATIONS = 1000;

export interface Attempts {
  /** The newest first. */
  recent(now: Date): Promise<readonly Attempt[]>;
  /** Reports of the last runs, the newest first, back to one that published. */
  reports(): Promise<readonly RunReport[]>;
}

export const openAttempts = (lake: Lake, views: Pick<BatchViewStore, 'listPublications'>): Attempts => {
  const reports = new Map<number, RunReport>();
  const reportOf = async (version: number): Promise<RunReport | undefined> => {
    const report = reports.get(version) ?? (await readRunReport(lake, version));
    if (report) reports.set(version, report);
    return report;
  };
  const versionsOf = async function* (publications: readonly Publication[]): AsyncGenerator<number> {
    const highest = await highestNumber(lake, Math.max(0, ...publications.map(({ version }) => version)));
    for (let version = highest; version > Math.max(0, highest - HISTORY); version--) yield version;
    for (const version of reports.keys()) if (version <= highest - HISTORY) reports.delete(version);
  };
  const attemptAt = async (version: number, publications: readonly Publication[], now: Date): Promise<Attempt | undefined> => {
    const report = await reportOf(version);
    if (report) return report;
    const claim = await lake.readJson(claimKey(version), Claim);
    const isPublished = publications.some((publication) => publication.version === version);
    if (!claim && !isPublished) return undefined;
    const outcome = isPublished ? 'published' : claim && (await isAlive(lake, claim, now)) ? 'running' : 'died';
    return { version, outcome, startedAt: claim?.startedAt, finishedAt: undefined, source: claim?.source };
  };
  return {
    async recent(now) {
      const attempts: Attempt[] = [];
      const publications = await views.listPublications(PUBLICATIONS);
      for await (const version of versionsOf(publications)) {
        const attempt = await attemptAt(version, publications, now);
        if (attempt) attempts.push(attempt);
        if (attempt?.outcome === 'published' || attempt?.outcome === 'running') break;
      }
      return attempts;
    },
    async reports() {
      const found: RunReport[] = [];
      for await (const version of versionsOf(await views.listPublications(PUBLICATIONS))) {
        const report = await reportOf(version);
        if (report) found.push(report);
        if (report?.outcome === 'published') break;
      }
      return found;
    },
  };
};
