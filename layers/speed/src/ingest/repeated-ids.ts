/**
 * Which items of a source come under an id that an earlier one has. The first one counts: later ones are left out wherever they belong, since readers
 * would tell only those apart that lie in one partition. Ids lie on disk where there are many.
 */
import { hash } from 'node:crypto';

import type { DuplicateFilters, OpenDuplicateFilter } from '@rushes/ports';

import type { SourceEvent } from './source.ts';

export interface RepeatedIds {
  /** Whether an earlier item had this one's id. `'other'`: and said something else. Items have to come in their order. */
  look(item: SourceEvent): 'first' | 'same' | 'other';
  close(): void;
}

/** Time stands still: nothing is forgotten. */
const NEVER = 0;

export const repeatedIds = (filters: DuplicateFilters): RepeatedIds => {
  /** Opened for the first id: most sources have none. */
  let opened: { readonly ids: OpenDuplicateFilter; readonly contents: OpenDuplicateFilter } | undefined;
  return {
    look({ id, event }) {
      const { ids, contents } = (opened ??= { ids: filters.open(), contents: filters.open() });
      const isKnown = ids.isDuplicate(id, NEVER);
      const isSame = contents.isDuplicate(`${hash('sha256', JSON.stringify(event), 'base64')} ${id}`, NEVER);
      if (!isKnown) return 'first';
      return isSame ? 'same' : 'other';
    },
    close() {
      opened?.ids.close();
      opened?.contents.close();
    },
  };
};
