/**
 * Makes a search's answer of the rows that may match, one after the other in any order. Invariants: the answer depends on the set of rows alone; no more than
 * twice the rows of a page are held, however many match.
 */
import { searchJudge } from '@rushes/domain';

import { type ArtefactLayout, type CellValue, type ListPosition, SET_SEPARATOR } from './artefact-rows.ts';
import { placeOrder } from './row-order.ts';
import { type FoundRow, SCORE, type SearchQuery, type SearchResult } from './search-query.ts';

export interface SearchCollector {
  /** The columns whose values `add` takes, in this order: the key, those that are searched, those that rows are sorted and counted by. */
  readonly columns: readonly string[];
  /** A row that satisfies the query's conditions, whether it matches or not. */
  add(values: readonly CellValue[]): void;
  result(): SearchResult;
}

// oxlint-disable-next-line no-control-regex -- everything beyond ASCII
const WORD = /^(?:[A-Za-z0-9]|[^\u0000-\u007f])+$/u;

/** @throws RangeError for a layout without searched columns, a question without words, a column that there is not, or a place of another order. */
export const searchCollector = (layout: ArtefactLayout, query: SearchQuery): SearchCollector => {
  const { words, sort, after, limit, tally } = query;
  const searched = layout.search ?? [];
  if (searched.length === 0)
    throw new RangeError(`rows keyed by ${layout.key} are not searched by words: their layout names no column for it`);
  const other = words.find((word) => !WORD.test(word));
  if (words.length === 0 || other !== undefined)
    throw new RangeError(`a search needs words${other === undefined ? '' : `, not ${JSON.stringify(other)}`}`);
  const sorted = sort.map(({ column }) => column).filter((column) => column !== SCORE);
  for (const column of [...sorted, ...tally])
    if (column !== layout.key && !Object.hasOwn(layout.columns, column))
      throw new RangeError(`there is no column ${JSON.stringify(column)} to sort or count by`);
  if (after !== undefined && after.values.length !== sort.length)
    throw new RangeError(`a place in a search sorted by ${sort.length} columns cannot have ${after.values.length} values`);

  const judge = searchJudge(query);
  const except = new Set(query.except);
  const order = placeOrder(sort);
  const place = ({ sortValues, key }: FoundRow): ListPosition => ({ values: sortValues, key });
  const inOrder = (a: FoundRow, b: FoundRow): number => order(place(a), place(b));
  const tallies = tally.map(() => new Map<string | number | boolean, number>());
  const [sortedAt, talliedAt] = [1 + searched.length, 1 + searched.length + sorted.length];
  let total = 0;
  let rows: FoundRow[] = [];
  /** The last row of a full page: what stands behind it is not wanted. */
  let last: FoundRow | undefined;

  const count = (counts: Map<string | number | boolean, number>, value: string | number | boolean): void => {
    counts.set(value, (counts.get(value) ?? 0) + 1);
  };
  const keepFirst = (): void => {
    rows = rows.toSorted(inOrder).slice(0, limit);
    if (rows.length === limit) last = rows.at(-1);
  };

  return {
    columns: [layout.key, ...searched, ...sorted, ...tally],
    add(values) {
      const key = String(values[0]);
      if (except.has(key)) return;
      let names = '';
      for (let at = 1; at < sortedAt; at++) names += values[at] ?? '';
      const score = judge.score(names);
      if (score === undefined) return;
      total += 1;
      for (const [n, column] of tally.entries()) {
        const value = values[talliedAt + n] ?? null;
        const counts = tallies[n];
        if (counts === undefined || value === null) continue;
        if (layout.columns[column] !== 'text_set') count(counts, value);
        else for (const member of new Set(String(value).split(SET_SEPARATOR))) if (member !== '') count(counts, member);
      }
      let at = sortedAt;
      const sortValues = sort.map(({ column }) => (column === SCORE ? score : (values[at++] ?? null)));
      const row: FoundRow = { key, sortValues, score, names };
      if (limit <= 0 || (after !== undefined && order(place(row), after) <= 0) || (last !== undefined && inOrder(row, last) > 0)) return;
      rows.push(row);
      if (rows.length >= 2 * limit) keepFirst();
    },
    result() {
      keepFirst();
      return { rows, total, tallies };
    },
  };
};

/** The answer to one query over several sets of rows that have none in common. */
export const joinResults = ({ sort, limit }: SearchQuery, results: readonly SearchResult[]): SearchResult => {
  const order = placeOrder(sort);
  const place = ({ sortValues, key }: FoundRow): ListPosition => ({ values: sortValues, key });
  const tallies: Map<string | number | boolean, number>[] = [];
  for (const result of results)
    for (const [n, counts] of result.tallies.entries()) {
      const sum = (tallies[n] ??= new Map());
      for (const [value, rows] of counts) sum.set(value, (sum.get(value) ?? 0) + rows);
    }
  return {
    rows: results
      .flatMap(({ rows }) => rows)
      .toSorted((a, b) => order(place(a), place(b)))
      .slice(0, limit),
    total: results.reduce((sum, { total }) => sum + total, 0),
    tallies,
  };
};
