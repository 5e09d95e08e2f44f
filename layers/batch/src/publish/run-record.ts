import type { Lake } from '@rushes/lake';
import { Expectation, Origin, Step } from '@rushes/ports/manifest';
import Type, { type Static } from 'typebox';

/** How a run ended; `refused`: validation stopped it, `superseded`: another publication came first. */
export const RunOutcome = Type.Union([
  Type.Literal('published'),
  Type.Literal('refused'),
  Type.Literal('superseded'),
  Type.Literal('failed'),
  Type.Literal('interrupted'),
]);

/** What is kept of every run that came to an end, also of those that published nothing. */
export const RunReport = Type.Object({
  version: Type.Integer(),
  outcome: RunOutcome,
  startedAt: Type.String(),
  finishedAt: Type.String(),
  /** The folder of IMDb's files. */
  source: Type.String(),
  /** What that folder holds; missing in reports of runs before this was kept. */
  origin: Type.Optional(Origin),
  /** The version that was served when the run began, with its origin. */
  parent: Type.Optional(Type.Object({ version: Type.Integer(), origin: Origin })),
  full: Type.Boolean(),
  /** Number of the publication that it made. */
  publication: Type.Optional(Type.Integer()),
  /** What went wrong, for people. */
  message: Type.Optional(Type.String()),
  steps: Type.Array(Step),
  validation: Type.Array(Expectation),
  /** Data sets that were not in the folder. */
  absent: Type.Array(Type.String()),
  /** Rows of each table, and lines in quarantine, as far as the run came. */
  rows: Type.Record(Type.String(), Type.Integer()),
  /** Lines of each data set, and those of them in quarantine, of a run that came as far as its validation. */
  lines: Type.Optional(Type.Record(Type.String(), Type.Object({ read: Type.Integer(), quarantined: Type.Integer() }))),
  /** Events that came late, by topic, and the most by which one did, as far as the run came. */
  late: Type.Optional(Type.Record(Type.String(), Type.Object({ events: Type.Integer(), longestMs: Type.Integer() }))),
});

export type RunOutcome = Static<typeof RunOutcome>;
export const RUN_OUTCOMES: readonly RunOutcome[] = RunOutcome.anyOf.map((one) => one.const);
export type RunReport = Static<typeof RunReport>;

const runKey = (version: number): string => `runs/run-${version}.json`;

export const writeRunReport = (lake: Lake, report: RunReport): Promise<void> => lake.putJson(runKey(report.version), report);

export const readRunReport = (lake: Lake, version: number): Promise<RunReport | undefined> => lake.readJson(runKey(version), RunReport);
