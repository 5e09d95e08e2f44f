/** A search as statements: the rows that the index of words finds, in slices by key, so that a word which many rows have takes no more memory than a rare one. */
import { type Term, termsOf } from '@rushes/domain';
import type { ArtefactLayout, SearchQuery } from '@rushes/ports';

import type { Statement } from '../postgres-access/connections.ts';
import { quoted } from '../postgres-access/identifiers.ts';
import { conditionSql, newBinding } from './conditions.ts';
import { valueSql, wordsSql } from './layout.ts';

/** Some megabytes of names. */
export const ROWS_AT_ONCE = 20_000;

/** A term as a tsquery. Words hold neither quotes nor backslashes. */
const termText = ({ word, isPrefix, typos }: Term): string =>
  `(${[`'${word}'${isPrefix ? ':*' : ''}`, ...[...typos].map((typo) => `'${typo}'`)].join(' | ')})`;

/** Rows are the values of `columns`, the key first; they ascend by key. @param behind the last key of the slice before. */
export const searchStatement = (
  layout: ArtefactLayout,
  table: string,
  query: SearchQuery,
  columns: readonly string[],
  behind: string | undefined,
): Statement => {
  const binding = newBinding();
  const key = quoted(layout.key);
  const words = binding.bind(termsOf(query).map(termText).join(' & '), 'text');
  const where = [
    `${wordsSql(layout.search ?? [])} @@ (${words})::tsquery`,
    ...query.where.map((condition) => conditionSql(layout, condition, binding)),
    ...(behind === undefined ? [] : [`${key} > ${binding.bind(behind, 'text')}`]),
  ];
  const values = columns.map((column) => valueSql(layout, column)).join(', ');
  return {
    text: `SELECT ${values} FROM ${table} WHERE ${where.join(' AND ')} ORDER BY ${key} LIMIT ${ROWS_AT_ONCE}`,
    values: binding.values,
  };
};
