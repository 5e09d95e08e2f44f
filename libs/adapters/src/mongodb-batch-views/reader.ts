/**
 * Reads one artefact. A collection that was dropped answers as if it had no rows, so whatever could be short of rows for that reason is believed only after
 * the catalog has been asked whether the collection is still kept.
 */
import {
  ArtefactDamagedError,
  type ArtefactLayout,
  ArtefactNotFoundError,
  type ArtefactReader,
  type ListedRow,
  type ListQuery,
  type Selection,
  type ViewRow,
} from '@rushes/ports';
import type { Collection, Document } from 'mongodb';

import { columnType } from '../artefact-checks/column-type.ts';
import type { MongodbConnection } from '../mongodb-server/connect.ts';
import { within } from '../mongodb-server/deadline.ts';
import { isServerAnswer } from '../mongodb-server/failures.ts';
import type { Catalog, WholeArtefact } from './catalog.ts';
import { allOf, checkConditions, filtersOf } from './conditions.ts';
import { type ListPlan, listPlan } from './list-plan.ts';
import { searchRows } from './search-rows.ts';
import { columnDecoder, documentDecoder, documentField, fieldOf, type StoredRow, StoredRowError } from './stored-row.ts';

/** Keys that one request asks for. */
const KEYS_AT_ONCE = 1_000;

interface RowShape {
  readonly projection: Readonly<Record<string, 1>>;
  readonly decode: (row: StoredRow) => ListedRow;
}

/** @throws RangeError for what the layout does not have, by name. */
const shapeOf = (layout: ArtefactLayout, { columns = [], documents = [] }: Selection, sorted: readonly string[] = []): RowShape => {
  for (const column of columns)
    if (columnType(layout, column) === undefined) throw new RangeError(`there is no column ${JSON.stringify(column)} to select`);
  for (const name of documents)
    if (!layout.documents.includes(name)) throw new RangeError(`there is no document ${JSON.stringify(name)} to select`);
  const [selected, texts, order] = [
    columns.map((column) => columnDecoder(layout, column)),
    documents.map(documentDecoder),
    sorted.map((column) => columnDecoder(layout, column)),
  ];
  const fields = ['_id', ...[...columns, ...sorted].map((column) => fieldOf(layout, column)), ...documents.map(documentField)];
  return {
    projection: Object.fromEntries(fields.map((field) => [field, 1])),
    decode: (row) => ({
      key: row._id,
      columns: selected.map((decode) => decode(row)),
      documents: texts.map((decode) => decode(row)),
      sortValues: order.map((decode) => decode(row)),
    }),
  };
};

const viewRow = ({ key, columns, documents }: ListedRow): ViewRow => ({ key, columns, documents });

const requireText = (text: unknown, what: string): string => {
  if (typeof text !== 'string') throw new RangeError(`${what} is a text, not ${JSON.stringify(text)}`);
  return text;
};

interface Opened {
  readonly connection: MongodbConnection;
  readonly catalog: Catalog;
  readonly collection: Collection<StoredRow>;
  readonly artefact: string;
  readonly whole: WholeArtefact;
  /** Told what cannot have been stored so. */
  readonly onDamage: () => void;
}

export const artefactReader = ({ connection, catalog, collection, artefact, whole, onDamage }: Opened): ArtefactReader => {
  const { layout, partitions } = whole;
  const { requestTimeoutMs, scanTimeoutMs } = connection.limits;
  let isClosed = false;

  const gone = async (): Promise<boolean> => !(await catalog.isKept(artefact, whole.token));
  /** @param isShort whether rows could be missing from an answer because the collection is gone. */
  const read = <Answer>(work: () => Promise<Answer>, isShort: (answer: Answer) => boolean, signal?: AbortSignal): Promise<Answer> =>
    connection.request(
      'read',
      async () => {
        if (isClosed) throw new Error(`the reader of ${artefact} in ${connection.location} was closed: open the artefact again`);
        try {
          const answer = await work();
          if (isShort(answer) && (await gone())) throw new ArtefactNotFoundError(connection.location, artefact);
          return answer;
        } catch (error) {
          if (error instanceof StoredRowError) {
            onDamage();
            throw new ArtefactDamagedError(`${artefact} in ${connection.location} is damaged: ${error.message}`, { cause: error });
          }
          // A collection that is dropped while it is read ends its cursors with an error.
          if (isServerAnswer(error) && (await gone())) throw new ArtefactNotFoundError(connection.location, artefact);
          throw error;
        }
      },
      signal,
    );

  /** At most one row has it. The value is a text, so it is no operator. */
  const findOne = (field: string, value: string, select: Selection): Promise<ViewRow | undefined> =>
    read(
      async () => {
        const { projection, decode } = shapeOf(layout, select);
        const row = await within(requestTimeoutMs, undefined, (ends) =>
          collection.findOne({ [field]: requireText(value, 'what is looked for') }, { projection, ...ends }),
        );
        return row === null ? undefined : viewRow(decode(row));
      },
      (answer) => answer === undefined,
    );

  const readRange = async (
    { sort, computed }: ListPlan,
    filter: Document,
    limit: number,
    shape: RowShape,
    signal: AbortSignal | undefined,
  ) => {
    const { projection } = shape;
    const order = { sort, limit, batchSize: limit };
    return within(scanTimeoutMs, signal, (ends) =>
      computed === undefined
        ? collection.find(filter, { projection, ...order, ...ends }).toArray()
        : collection
            .aggregate<StoredRow>(
              [{ $match: filter }, { $addFields: computed }, { $sort: sort }, { $limit: limit }, { $project: projection }],
              ends,
            )
            .toArray(),
    );
  };

  const list = async (query: ListQuery, signal: AbortSignal | undefined): Promise<readonly ListedRow[]> => {
    const shape = shapeOf(
      layout,
      query,
      query.sort.map(({ column }) => column),
    );
    const plan = listPlan(layout, query, partitions);
    const rows: StoredRow[] = [];
    for (const range of plan?.ranges ?? []) {
      const lacking = query.limit - rows.length;
      if (plan === undefined || lacking <= 0) break;
      for (const row of await readRange(plan, allOf(range), lacking, shape, signal)) rows.push(row);
    }
    return rows.map(shape.decode);
  };

  return {
    layout,
    get: (key, select) => findOne('_id', key, select),
    lookup: async (column, value, select) => {
      if (column !== layout.key && !layout.lookups.includes(column))
        throw new RangeError(`rows cannot be looked up by ${JSON.stringify(column)}`);
      return findOne(fieldOf(layout, column), value, select);
    },
    getMany: (keys, select, { signal } = {}) =>
      read(
        async () => {
          const { projection, decode } = shapeOf(layout, select);
          const found = new Map<string, ViewRow>();
          for (let from = 0; from < keys.length; from += KEYS_AT_ONCE) {
            const some = keys.slice(from, from + KEYS_AT_ONCE).map((key) => requireText(key, 'a key'));
            const rows = await within(requestTimeoutMs, signal, (ends) =>
              collection.find({ _id: { $in: some } }, { projection, batchSize: KEYS_AT_ONCE, ...ends }).toArray(),
            );
            for (const row of rows) found.set(row._id, viewRow(decode(row)));
          }
          return keys.map((key) => found.get(key)).filter((row) => row !== undefined);
        },
        (rows) => rows.length < keys.length,
        signal,
      ),
    list: (query, { signal } = {}) =>
      read(
        () => list(query, signal),
        (rows) => rows.length < query.limit,
        signal,
      ),
    count: (where, { signal } = {}) =>
      read(
        async () => {
          checkConditions(layout, where);
          const filters = filtersOf(layout, where);
          if (filters === undefined) return 0;
          if (filters.length === 0) return whole.rows;
          return within(scanTimeoutMs, signal, (ends) => collection.countDocuments(allOf(filters), ends));
        },
        () => where.length > 0,
        signal,
      ),
    search: (query, { signal } = {}) =>
      read(
        () => searchRows(collection, layout, query, { timeoutMs: scanTimeoutMs, signal }),
        () => true,
        signal,
      ),
    close: async () => {
      isClosed = true;
    },
  };
};
