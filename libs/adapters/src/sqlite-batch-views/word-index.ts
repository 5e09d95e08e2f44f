import type { DatabaseSync } from 'node:sqlite';
import { searchCollector, type SearchQuery, type SearchResult } from '@rushes/ports';
import { type Term, termsOf } from '@rushes/domain';
import { conditionSql } from './conditions.ts';
import type { OpenFile } from './open-file.ts';
import { type PhysicalLayout, quoted } from './physical-layout.ts';

/**
 * An artefact's words in `_search`, a full-text index (FTS5) that holds for each word the positions of the rows that have it, and nothing else: no texts, no
 * places within them, no statistics, since none of its ranking is used. Its tokenizer takes runs of ASCII letters and digits and of all characters beyond
 * ASCII, which is what the port calls words.
 */
const TABLE = `CREATE VIRTUAL TABLE _search USING fts5(words, content='', columnsize=0, detail=none, tokenize='ascii')`;

/** All searched columns of an entry as one text. @param table the entry's name in the statement, with a dot. */
const textSql = (search: readonly string[], table: string): string =>
  search.map((column) => `ifnull(${table}${quoted(column)}, '')`).join(` || ' ' || `);

/** The statements that build the index over rows that are there. */
export const wordIndexSql = ({ layout: { search = [] } }: PhysicalLayout): readonly string[] =>
  search.length === 0
    ? []
    : [
        TABLE,
        `INSERT INTO _search (rowid, words) SELECT _pos, ${textSql(search, '')} FROM entries ORDER BY _pos`,
        `INSERT INTO _search (_search) VALUES ('optimize')`,
      ];

/** Keeps the index up while rows are taken out and put in. */
export interface WordIndexChanges {
  /** The row at a position, which is still there. */
  remove(position: number): void;
  /** The row at a position, which is there by now. */
  add(position: number): void;
}

export const wordIndexChanges = (database: DatabaseSync, { layout: { search = [] } }: PhysicalLayout): WordIndexChanges => {
  if (search.length === 0) return { remove: () => {}, add: () => {} };
  const text = textSql(search, '');
  // The index does not know which words a row has: it has to be told those that it was given.
  const removal = database.prepare(
    `INSERT INTO _search (_search, rowid, words) SELECT 'delete', _pos, ${text} FROM entries WHERE _pos = ?`,
  );
  const addition = database.prepare(`INSERT INTO _search (rowid, words) SELECT _pos, ${text} FROM entries WHERE _pos = ?`);
  return { remove: (position) => void removal.run(position), add: (position) => void addition.run(position) };
};

/** A term as the index is asked for it. Words hold no quotes. */
const matchText = ({ word, isPrefix, typos }: Term): string =>
  `(${[`"${word}"${isPrefix ? ' *' : ''}`, ...[...typos].map((typo) => `"${typo}"`)].join(' OR ')})`;

/** Conditions must have been checked. */
export const searchRows = (file: OpenFile, query: SearchQuery): SearchResult => {
  const { layout } = file.physical;
  const collector = searchCollector(layout, query);
  const match = termsOf(query).map(matchText).join(' AND ');
  const conditions = query.where.map((condition) => conditionSql(condition, file.facts.resolve));
  const columns = collector.columns.map((column) => `e.${quoted(column)}`).join(', ');
  const where = ['s._search MATCH ?', ...conditions.map(({ text }) => text)].join(' AND ');
  // A cross join keeps the index on the left side.
  const sql = `SELECT ${columns} FROM _search s CROSS JOIN entries e ON e._pos = s.rowid WHERE ${where}`;
  const booleans = collector.columns.map((column) => layout.columns[column] === 'boolean');
  const hasBooleans = booleans.includes(true);
  for (const values of file.statements.prepare(sql).iterate(match, ...conditions.flatMap((condition) => condition.values))) {
    const row = values as unknown as (string | number | null)[]; // as: the statements kept here give arrays of what columns hold
    collector.add(hasBooleans ? row.map((value, at) => (booleans[at] === true && value !== null ? value === 1 : value)) : row);
  }
  return collector.result();
};
