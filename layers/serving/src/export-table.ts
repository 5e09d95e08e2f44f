/**
 * A list as a table straight from the stores, without a server: the same routes, the same snapshot of batch and speed layer, the same bytes. Invariant: all of
 * it is of one position, which is held until the last row is read.
 */
import { randomUUID } from 'node:crypto';

import type { BatchViewStore, EventLog, SpeedStore } from '@rushes/ports';
import { RELEASE, TerminalError, UsageError } from '@rushes/runtime';

import { encodeTable } from './formats/encode-table.ts';
import { TABLE_FORMATS, type TableFormatName } from './formats/formats.ts';
import { Problem } from './http/problem.ts';
import { requestReader } from './http/request-reader.ts';
import { trackCurrentSnapshot } from './merge/current-snapshot.ts';
import { trackLag } from './merge/lag.ts';
import { positionText } from './merge/position.ts';
import type { Snapshot } from './merge/snapshot.ts';
import { DEFAULT_OPTIONS } from './options.ts';
import { addTableRoutes } from './routes/reading-routes.ts';
import { aboutTable, refusePageParameters, type SelectedTable, selectedTable } from './routes/route-table.ts';

type ReadTable = (query: Readonly<Record<string, unknown>>) => SelectedTable;

const tables = (() => {
  const found = new Map<string, ReadTable>();
  addTableRoutes((route) => {
    const { table } = route;
    if (table === undefined) return;
    const read = requestReader(route.params, route.query, route.check, route.normalForm);
    found.set(table.name, (query) => {
      const request = read({}, query);
      refusePageParameters('a table', request.given);
      return selectedTable(table, request);
    });
  });
  return found;
})();

export const TABLE_NAMES: readonly string[] = [...tables.keys()];

/** Faults of parameters are those of whoever typed them. */
const typed = <T>(read: () => T): T => {
  try {
    return read();
  } catch (error) {
    throw told(error);
  }
};
const told = (error: unknown): unknown => {
  if (!(error instanceof Problem)) return error;
  if (error.status !== 400) return new TerminalError(error.message);
  return new UsageError(error.errors.map(({ name, detail }) => `${name} ${detail}`).join('; '), {
    hint: 'The parameters are those of the list in the API: /docs shows them.',
  });
};

/** As the query string's parser of the service has it. */
const rawQuery = (text: string): Readonly<Record<string, unknown>> => {
  const query: Record<string, string | string[]> = {};
  for (const [name, value] of new URLSearchParams(text)) {
    const known = query[name];
    query[name] = known === undefined ? value : [known, value].flat();
  }
  return query;
};

export interface ExportedStores {
  readonly views: BatchViewStore;
  readonly speed: SpeedStore;
  readonly log: EventLog;
}

export interface ExportOptions {
  readonly table: string;
  readonly format: TableFormatName;
  /** Parameters of the list, as in an address: `genre=Drama&year_from=2000`. */
  readonly query: string;
  readonly keepFormulas: boolean;
  /** So many more rows were handed on. */
  readonly onRows: (count: number) => void;
  /** Something is not as it should be, and the export goes on. */
  readonly onTrouble: (message: string, error: unknown) => void;
}

export interface TableExport {
  readonly version: number;
  readonly completeness: Snapshot['completeness'];
  readonly position: string | null;
  /** To be read once. */
  readonly bytes: AsyncGenerator<Uint8Array>;
  /** Gives up what is held. */
  close(): Promise<void>;
}

/** @throws UsageError for parameters that the list does not have; TerminalError while nothing is published. */
export const exportTable = async (stores: ExportedStores, options: ExportOptions): Promise<TableExport> => {
  const { table, format, query, keepFormulas, onRows, onTrouble } = options;
  const read = tables.get(table);
  if (read === undefined) throw new UsageError(`there is no table ${table}`, { hint: `There are ${TABLE_NAMES.join(', ')}.` });
  const { columns, pages } = typed(() => read(rawQuery(query)));
  const clocks = { now: Date.now, elapsedMs: () => performance.now() };
  const snapshots = trackCurrentSnapshot(stores.views, stores.speed, {
    ...clocks,
    pollMs: DEFAULT_OPTIONS.publicationPollMs,
    maxOverlayStates: DEFAULT_OPTIONS.maxOverlayStates,
    codeVersion: RELEASE,
    newId: randomUUID,
    lag: trackLag(stores.log, clocks),
    staleAfterMs: DEFAULT_OPTIONS.staleAfterMs,
    onTrouble,
    onSwitch: () => undefined,
  });
  await snapshots.poll();
  const snapshot = typed(snapshots.require);
  const bytes = async function* (): AsyncGenerator<Uint8Array> {
    try {
      yield* encodeTable(TABLE_FORMATS[format], columns, pages(snapshot), { about: aboutTable(table, snapshot), keepFormulas, onRows });
    } catch (error) {
      throw told(error);
    }
  };
  return {
    version: snapshot.publication.version,
    completeness: snapshot.completeness,
    position: snapshot.overlay === undefined ? null : positionText(snapshot.overlay.position),
    bytes: bytes(),
    close: snapshots.stop,
  };
};
