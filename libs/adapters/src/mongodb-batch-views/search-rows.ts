/**
 * Searches an artefact: rows are found by the index of their words and come one batch after the other, so that a word which many rows have takes no more
 * memory than a rare one.
 */
import { type Term, termsOf } from '@rushes/domain';
import { type ArtefactLayout, searchCollector, type SearchQuery, type SearchResult } from '@rushes/ports';
import type { Collection, Document } from 'mongodb';

import { within } from '../mongodb-server/deadline.ts';
import { allOf, checkConditions, filtersOf, literalPattern } from './conditions.ts';
import { columnDecoder, fieldOf, type StoredRow, WORDS_FIELD } from './stored-row.ts';

const BATCH_ROWS = 5_000;

/** Some word is one of these. A pattern that begins with `^` and a text is a range of the index. */
const termFilter = ({ word, isPrefix, typos }: Term): Document => ({
  [WORDS_FIELD]: { $in: [word, ...typos, ...(isPrefix ? [new RegExp(`^${literalPattern(word)}`, 'u')] : [])] },
});

/** @throws RangeError for a query that does not fit the layout; StoredRowError; the driver's errors; the signal's reason. */
export const searchRows = async (
  collection: Collection<StoredRow>,
  layout: ArtefactLayout,
  query: SearchQuery,
  { timeoutMs, signal }: { readonly timeoutMs: number; readonly signal: AbortSignal | undefined },
): Promise<SearchResult> => {
  checkConditions(layout, query.where);
  const collector = searchCollector(layout, query);
  const filters = filtersOf(layout, query.where);
  if (filters === undefined) return collector.result();
  const filter = allOf([...termsOf(query).map(termFilter), ...filters]);
  const projection = Object.fromEntries(collector.columns.map((column) => [fieldOf(layout, column), 1]));
  const decoders = collector.columns.map((column) => columnDecoder(layout, column));
  await within(timeoutMs, signal, async (ends) => {
    for await (const row of collection.find(filter, { projection, batchSize: BATCH_ROWS, ...ends }))
      collector.add(decoders.map((decode) => decode(row)));
  });
  return collector.result();
};
