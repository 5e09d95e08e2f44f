import { type ArtefactLayout, type ArtefactRow, type BatchViewStore, type CellValue, SET_SEPARATOR } from '@rushes/ports';

/** A small made-up catalog, for tests that need to know their rows. */

export const FILMS: ArtefactLayout = {
  key: 'id',
  columns: { code: 'text', kind: 'text', title: 'text', year: 'integer', color: 'boolean', genres: 'text_set' },
  documents: ['card', 'notes'],
  lookups: ['code'],
  partition: 'kind',
  sorts: [
    { columns: ['year'], directions: 'both' },
    { columns: ['title'], directions: 'ascending' },
  ],
  filters: ['kind', 'genres', 'year'],
};

export interface Film {
  readonly id: string;
  readonly code?: string;
  readonly kind?: string;
  readonly title?: string;
  readonly year?: number;
  readonly color?: boolean;
  readonly genres?: readonly string[];
  readonly card?: string;
  readonly notes?: string;
}

export const film = ({ id, code, kind, title, year, color, genres, card, notes }: Film): ArtefactRow => {
  const cells: (CellValue | undefined)[] = [id, code, kind, title, year, color, genres?.join(SET_SEPARATOR), card, notes];
  return cells.map((cell) => cell ?? null);
};

export const SOME_FILMS: readonly ArtefactRow[] = [
  film({
    id: 'a',
    code: 'c1',
    kind: 'film',
    title: 'alpha',
    year: 1999,
    color: true,
    genres: ['Drama', 'Crime'],
    card: '{"t": "Alpha",  "x":1.0}',
    notes: '[]',
  }),
  film({ id: 'b', code: 'c2', kind: 'film', title: 'beta', year: 2005, color: false, genres: ['Drama'], card: '{}' }),
  film({ id: 'c', kind: 'short', title: 'gamma', color: true, genres: [], card: '"\u{1f3ac}"' }),
  film({ id: 'd', code: 'c4', title: 'delta', year: 1999, card: '4' }),
  film({ id: 'é', kind: 'film', title: 'epsilon', year: 2020, genres: ['Western'], card: '5' }),
];

/** Removes an artefact without waiting for its readers. */
export const drop = async (store: BatchViewStore, artefact: string): Promise<void> => {
  await store.retire([artefact]);
  await store.dropRetired(0);
};

/** Rows or keys as a store is given them: in batches, empty ones among them. */
export async function* batches<Item>(items: readonly Item[], size = 2): AsyncGenerator<readonly Item[]> {
  yield [];
  for (let at = 0; at < items.length; at += size) yield items.slice(at, at + size);
}
