import { v5 as uuidv5 } from 'uuid';

declare const brand: unique symbol;
type Branded<T, Name extends string> = T & { readonly [brand]: Name };

/** IMDb's title id: `tt` and 7 to 12 digits. */
export type Tconst = Branded<string, 'Tconst'>;
/** IMDb's person id: `nm` and 7 to 12 digits. */
export type Nconst = Branded<string, 'Nconst'>;
/** A title's own key, a UUID in lower case. */
export type TitleId = Branded<string, 'TitleId'>;

const TCONST_PATTERN = '^tt[0-9]{7,12}$';
export const NCONST_PATTERN = '^nm[0-9]{7,12}$';
const UUID_PATTERN = '^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$';

const tconst = new RegExp(TCONST_PATTERN);
const nconst = new RegExp(NCONST_PATTERN);
const uuid = new RegExp(UUID_PATTERN);

/** The name space of title ids: UUIDv5 of the DNS name `imdb.com` (RFC 9562, name space 6ba7b810-9dad-11d1-80b4-00c04fd430c8). */
export const TITLE_NAMESPACE: string = uuidv5('imdb.com', uuidv5.DNS);

/** The name space of titles that only TMDB names, by its ids. */
const TMDB_NAMESPACE: string = uuidv5('themoviedb.org', uuidv5.DNS);

export const isTconst = (text: string): text is Tconst => tconst.test(text);
export const isNconst = (text: string): text is Nconst => nconst.test(text);
export const isTitleId = (text: string): text is TitleId => uuid.test(text);

/** The key of a title that IMDb knows: UUIDv5 of its tconst, so every source that knows the tconst finds the same title. */
export const titleIdOf = (id: Tconst): TitleId => uuidv5(id, TITLE_NAMESPACE) as TitleId; // as: the brand's only maker

/**
 * The key of a film of TMDB's that nothing links to a title of IMDb's: another title than the one that a link would name, for good, since nothing is keyed
 * anew. @param tmdbId a whole number.
 */
export const titleIdOfTmdb = (tmdbId: number): TitleId => uuidv5(String(tmdbId), TMDB_NAMESPACE) as TitleId; // as: a UUID in lower case
