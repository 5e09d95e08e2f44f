import { type Lake, readManifest } from '@rushes/lake';
import type { Expectation, Manifest, Origin, Step } from '@rushes/ports/manifest';
import type { BatchViewStore, Publication } from '@rushes/ports';
import { Claim, claimKey } from './claim.ts';
import { isAlive } from './heartbeat.ts';
import { readRunReport, type RunOutcome, type RunReport } from './run-record.ts';

/** What is known of one run and the version that it made. */
export interface VersionSummary {
  readonly version: number;
  /** `running`, or `died` if its process has given no sign of life for a minute, and left no report. */
  readonly outcome: RunOutcome | 'running' | 'died';
  /** Whether readers get this version now. */
  readonly current: boolean;
  /** Numbers of the publications of this version, newest first. */
  readonly publications: readonly number[];
  readonly startedAt: string | undefined;
  readonly finishedAt: string | undefined;
  readonly source: string | undefined;
  readonly origin: Origin | undefined;
  readonly message: string | undefined;
  /** When the data that it covers had been read, and the log's offset vector that it covers. */
  readonly cutAt: string | undefined;
  readonly cut: Readonly<Record<string, number>>;
  readonly rows: Readonly<Record<string, number>>;
  readonly steps: readonly Step[];
  readonly validation: readonly Expectation[];
}

const highestClaim = async (lake: Lake): Promise<number> => {
  let highest = 0;
  for await (const { key } of lake.objects.list('claims/claim-'))
    highest = Math.max(highest, Number(/([0-9]+)\.json$/.exec(key)?.[1] ?? 0));
  return highest;
};

/** `undefined` if nothing is known of this number: its lake was deleted, and it was not published. */
const summarize = async (
  lake: Lake,
  version: number,
  publications: readonly Publication[],
  now: Date,
): Promise<VersionSummary | undefined> => {
  const [claim, report, manifest] = await Promise.all([
    lake.readJson(claimKey(version), Claim),
    readRunReport(lake, version),
    readManifest(lake, version),
  ]);
  const own = publications.filter((publication) => publication.version === version);
  if (!claim && !report && !manifest && own.length === 0) return undefined;
  return {
    version,
    outcome: await outcomeOf(lake, claim, report, own.length > 0, now),
    current: publications[0]?.version === version,
    publications: own.map((publication) => publication.number),
    startedAt: report?.startedAt ?? claim?.startedAt,
    finishedAt: report?.finishedAt,
    source: report?.source ?? claim?.source,
    origin: report?.origin ?? manifest?.origin ?? own[0]?.origin,
    message: report?.message,
    cutAt: manifest?.cutAt,
    cut: manifest?.cut ?? {},
    rows: report?.rows ?? rowsOf(manifest),
    steps: report?.steps ?? manifest?.steps ?? [],
    validation: report?.validation ?? manifest?.validation ?? [],
  };
};

const rowsOf = (manifest: Manifest | undefined): Record<string, number> =>
  Object.fromEntries(manifest?.tables.map((table) => [table.name, table.rows]) ?? []);

/** A run can die between its publication and its report: then it did publish. */
const outcomeOf = async (
  lake: Lake,
  claim: Claim | undefined,
  report: RunReport | undefined,
  published: boolean,
  now: Date,
): Promise<VersionSummary['outcome']> => {
  if (report) return report.outcome;
  if (published) return 'published';
  return claim && (await isAlive(lake, claim, now)) ? 'running' : 'died';
};

/** The last `limit` runs, newest first, whatever became of them. */
export const summarizeVersions = async (
  lake: Lake,
  views: BatchViewStore,
  limit: number,
  now: Date,
): Promise<readonly VersionSummary[]> => {
  const publications = await views.listPublications(1000);
  const highest = Math.max(await highestClaim(lake), ...publications.map(({ version }) => version));
  const versions = Array.from({ length: Math.min(limit, highest) }, (_, at) => highest - at);
  const known = await Promise.all(versions.map((version) => summarize(lake, version, publications, now)));
  return known.filter((summary) => summary !== undefined);
};
