/**
 * What a run made of what, as events of OpenLineage: one run of the job `batch` for the whole, and within it one for each table and view. Form and names of
 * facets: https://openlineage.io/spec/2-0-2/OpenLineage.json and https://openlineage.io/spec/facets.
 */
import { randomUUID } from 'node:crypto';
import { pathToFileURL } from 'node:url';
import type { CatalogEntry, Step, TableRecord, ViewArtefact } from '@rushes/ports/manifest';
import { RELEASE } from '@rushes/runtime';
import type { RunOutcome, RunReport } from '../publish/run-record.ts';

const PRODUCER = `urn:rushes:batch:${RELEASE}`;
const SPEC = 'https://openlineage.io/spec';

type Facet = Readonly<Record<string, unknown>>;
type Facets = Readonly<Record<string, Facet>>;

export interface LineageDataset {
  readonly namespace: string;
  readonly name: string;
  readonly facets?: Facets;
  readonly outputFacets?: Facets;
}

export interface LineageEvent {
  readonly eventType: 'START' | 'COMPLETE' | 'FAIL' | 'ABORT';
  readonly eventTime: string;
  readonly run: { readonly runId: string; readonly facets: Facets };
  readonly job: { readonly namespace: string; readonly name: string; readonly facets: Facets };
  readonly inputs: readonly LineageDataset[];
  readonly outputs: readonly LineageDataset[];
  readonly producer: string;
  readonly schemaURL: string;
}

/** A run as its events name it. */
export interface TracedRun {
  /** UUID of the run. */
  readonly id: string;
  /** Name space of jobs and data sets. */
  readonly namespace: string;
  readonly startedAt: string;
}

/** What a run that came to its end has made. */
export interface MadeOfWhat {
  readonly version: number;
  /** Where the tables' files are. */
  readonly location: string;
  readonly tables: readonly TableRecord[];
  readonly views: readonly ViewArtefact[];
  readonly catalog: readonly CatalogEntry[];
  readonly steps: readonly Step[];
}

const BATCH = 'batch';

const facet = (definition: string, version: string, members: Readonly<Record<string, unknown>>): Facet => ({
  _producer: PRODUCER,
  _schemaURL: `${SPEC}/facets/${version}/${definition}.json#/$defs/${definition}`,
  ...members,
});

const jobOf = (namespace: string, name: string, jobType: string): LineageEvent['job'] => ({
  namespace,
  name,
  facets: { jobType: facet('JobTypeJobFacet', '2-0-2', { processingType: 'BATCH', integration: 'RUSHES', jobType }) },
});

const eventOf = (event: Pick<LineageEvent, 'eventType' | 'eventTime' | 'run' | 'job'> & Partial<LineageEvent>): LineageEvent => ({
  inputs: [],
  outputs: [],
  producer: PRODUCER,
  schemaURL: `${SPEC}/2-0-2/OpenLineage.json#/$defs/RunEvent`,
  ...event,
});

/** What is told when a run begins. */
export const runStarted = ({ id, namespace, startedAt }: TracedRun): LineageEvent =>
  eventOf({ eventType: 'START', eventTime: startedAt, run: { runId: id, facets: {} }, job: jobOf(namespace, BATCH, 'JOB') });

const END: Readonly<Record<RunOutcome, LineageEvent['eventType']>> = {
  published: 'COMPLETE',
  refused: 'FAIL',
  failed: 'FAIL',
  superseded: 'ABORT',
  interrupted: 'ABORT',
};

/** Figures of a table or view that are the same in every event that names it. */
const datasetFacets = (made: MadeOfWhat, name: string): Facets => {
  const table = made.tables.find((one) => one.name === name);
  const entry = made.catalog.find((one) => one.table === name);
  return {
    version: facet('DatasetVersionDatasetFacet', '1-0-0', { datasetVersion: String(made.version) }),
    ...(entry && { documentation: facet('DocumentationDatasetFacet', '1-0-1', { description: entry.meaning }) }),
    ...(table && {
      schema: facet('SchemaDatasetFacet', '1-0-0', { fields: table.columns.map((column) => ({ ...column })) }),
      dataSource: facet('DatasourceDatasetFacet', '1-0-1', {
        name: 'lake',
        uri: /^[a-z][a-z0-9+.-]*:\/\//.test(made.location) ? made.location : pathToFileURL(made.location).href,
      }),
    }),
  };
};

const statisticsOf = ({ tables, views }: MadeOfWhat, name: string): Facets => {
  const table = tables.find((one) => one.name === name);
  const rows = table?.rows ?? views.find((view) => `views.${view.name}` === name)?.rows ?? 0;
  return {
    outputStatistics: facet('OutputStatisticsOutputDatasetFacet', '1-0-1', {
      rowCount: rows,
      ...(table && { size: table.files.reduce((sum, { bytes }) => sum + bytes, 0) }),
    }),
  };
};

/** The tables and views that a version consists of, each made by a run of its own within the run: START and COMPLETE. */
const tablesMade = ({ id, namespace }: TracedRun, made: MadeOfWhat, finishedAt: string): LineageEvent[] => {
  const names = new Set([...made.tables.map(({ name }) => name), ...made.views.map(({ name }) => `views.${name}`)]);
  const facets = { parent: facet('ParentRunFacet', '1-0-1', { run: { runId: id }, job: { namespace, name: BATCH } }) };
  return made.catalog
    .filter(({ table }) => names.has(table))
    .flatMap(({ table: name, reads }) => {
      const step = made.steps.find((one) => one.name === name || one.name === `load ${name}`);
      const beganMs = Date.parse(step?.startedAt ?? finishedAt);
      const about = { run: { runId: randomUUID(), facets }, job: jobOf(namespace, `${BATCH}.${name}`, 'MODEL') };
      return [
        eventOf({ ...about, eventType: 'START', eventTime: new Date(beganMs).toISOString() }),
        eventOf({
          ...about,
          eventType: 'COMPLETE',
          eventTime: new Date(beganMs + Math.round(step?.durationMs ?? 0)).toISOString(),
          inputs: reads.map((read) => ({ namespace, name: read, ...(names.has(read) && { facets: datasetFacets(made, read) }) })),
          outputs: [{ namespace, name, facets: datasetFacets(made, name), outputFacets: statisticsOf(made, name) }],
        }),
      ];
    });
};

/** What is told when a run ends. @param made `undefined`: it published nothing. */
export const runEnded = (
  traced: TracedRun,
  { outcome, finishedAt, message }: Pick<RunReport, 'outcome' | 'finishedAt' | 'message'>,
  made: MadeOfWhat | undefined,
): readonly LineageEvent[] => {
  const failure =
    outcome === 'published' || message === undefined
      ? {}
      : { errorMessage: facet('ErrorMessageRunFacet', '1-0-0', { message, programmingLanguage: 'TypeScript' }) };
  return [
    ...(made ? tablesMade(traced, made, finishedAt) : []),
    eventOf({
      eventType: END[outcome],
      eventTime: finishedAt,
      run: { runId: traced.id, facets: failure },
      job: jobOf(traced.namespace, BATCH, 'JOB'),
    }),
  ];
};
