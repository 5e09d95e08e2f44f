/** The JSON documents that answers show, written from the texts that a view's row holds. */
import type { ListedRow } from '@rushes/ports';
import {
  castDocument,
  creditsDocument,
  directorsDocument,
  movieDocument,
  moviesOf,
  personDocument,
  titleDocument,
  titleNamesDocument,
  writersDocument,
} from '@rushes/views';

type Documents = Readonly<Record<string, string | null>>;

const WRITERS: Readonly<Record<string, (row: ListedRow) => Documents>> = {
  titles: ({ key, documents: [shown = '', rating_sources = null, live = null] }) => ({
    movie: movieDocument(key, String(shown)),
    title: titleDocument(key, String(shown)),
    rating_sources,
    live,
  }),
  credits: ({ documents: [crew, credits] }) => ({
    directors: directorsDocument(crew),
    writers: writersDocument(crew),
    cast: castDocument(credits),
    credits: creditsDocument(credits),
  }),
  title_names: ({ documents: [titles] }) => ({ titles: titleNamesDocument(titles) }),
  people: ({ key, columns: [films], documents: [person, movies] }) => ({
    person: personDocument(key, String(person), Number(films ?? 0)),
    movies: JSON.stringify(moviesOf(movies)),
  }),
};

/** @param names of the layout's documents; those of views that are not written out are JSON texts already. */
export const writtenDocuments = (view: string, names: readonly string[], row: ListedRow): Documents =>
  WRITERS[view]?.(row) ?? Object.fromEntries(names.map((name, at) => [name, row.documents[at] ?? null]));
