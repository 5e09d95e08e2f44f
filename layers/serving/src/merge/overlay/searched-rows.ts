/**
 * The rows by which titles that events changed are found: made of the title's row as it is now, and of the words that events do not change, which the artefact
 * has. Of one publication: each title's words are read once, and each row is made once, when the first search after the change needs it. Bounded by the overlay.
 */
import { setImmediate } from 'node:timers/promises';

import type { ArtefactReader, ArtefactRow } from '@rushes/ports';
import { readShown, searchRow, titles } from '@rushes/views';

import type { ChangedRows } from './changed-rows.ts';
import { keyOfRow, rowIndex } from './layout-row.ts';

/** Rows that are made, or looked at, before others get their turn. */
const TURN = 500;
const SHOWN = rowIndex(titles.layout).document('shown');

export interface SearchedRows {
  /** Of all changed titles that there are now, some at a time. */
  of(changed: ChangedRows): AsyncIterable<readonly ArtefactRow[]>;
}

/** @param batch the artefact of the view `search`. */
export const openSearchedRows = (batch: Pick<ArtefactReader, 'getMany'>): SearchedRows => {
  const otherWords = new Map<string, string>();
  /** By the title's row: another one is another object. */
  const made = new WeakMap<ArtefactRow, ArtefactRow>();

  const readWords = async (rows: readonly ArtefactRow[]): Promise<void> => {
    const unread = rows.map(keyOfRow).filter((key) => !otherWords.has(key));
    if (unread.length === 0) return;
    const found = new Map((await batch.getMany(unread, { columns: ['other_words'] })).map(({ key, columns: [words] }) => [key, words]));
    for (const key of unread) otherWords.set(key, String(found.get(key) ?? ''));
  };

  const rowOf = (title: ArtefactRow): ArtefactRow => {
    let row = made.get(title);
    if (row === undefined) {
      const id = keyOfRow(title);
      row = searchRow({ id, ...readShown(String(title[SHOWN])) }, otherWords.get(id) ?? '');
      made.set(title, row);
    }
    return row;
  };

  const rowsOf = async (some: readonly ArtefactRow[]): Promise<readonly ArtefactRow[]> => {
    await readWords(some.filter((title) => !made.has(title)));
    return some.map(rowOf);
  };

  return {
    async *of(changed) {
      let some: ArtefactRow[] = [];
      for (const { now } of changed.values()) {
        if (now === undefined) continue;
        some.push(now);
        if (some.length < TURN) continue;
        yield await rowsOf(some);
        some = [];
        await setImmediate();
      }
      if (some.length > 0) yield rowsOf(some);
    },
  };
};
