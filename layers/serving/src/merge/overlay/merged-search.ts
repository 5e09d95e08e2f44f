/**
 * The search of titles as batch and speed layer say together. Invariant: every answer is what a search of an artefact built from all rows would give. Whether
 * a title matches, and its score, follow from the title alone; so the changed titles are left out of the artefact's answer, and searched by themselves.
 */
import { type ArtefactReader, type CallOptions, joinResults, searchCollector, type SearchQuery, type SearchResult } from '@rushes/ports';
import { searchedTitles } from '@rushes/views';

import type { ChangedRows } from './changed-rows.ts';
import { keyOfRow, matcher, rowIndex } from './layout-row.ts';
import type { SearchedRows } from './searched-rows.ts';

const INDEX = rowIndex(searchedTitles.layout);

/** Searches titles. What the query leaves out is left to this. */
export type TitleSearch = (query: Omit<SearchQuery, 'except'>, options?: CallOptions) => Promise<SearchResult>;

const searchChanged = async (changed: ChangedRows, rows: SearchedRows, query: SearchQuery): Promise<SearchResult> => {
  const matches = matcher(INDEX, query.where);
  const collector = searchCollector(searchedTitles.layout, query);
  const places = collector.columns.map((column) => INDEX.at(column));
  for await (const some of rows.of(changed)) for (const row of some) if (matches(row)) collector.add(places.map((at) => row[at] ?? null));
  return collector.result();
};

/** @param changed the titles that events changed; `undefined`: there is no speed layer. @param rows of the publication whose artefact `batch` is. */
export const mergedSearch =
  (batch: Pick<ArtefactReader, 'search'>, changed: ChangedRows | undefined, rows: SearchedRows): TitleSearch =>
  async (query, options) => {
    const except: string[] = [];
    for (const { before } of changed?.values() ?? []) if (before !== undefined) except.push(keyOfRow(before));
    const found = await batch.search({ ...query, except }, options);
    if (changed === undefined || changed.size === 0) return found;
    return joinResults({ ...query, except }, [found, await searchChanged(changed, rows, { ...query, except: [] })]);
  };
