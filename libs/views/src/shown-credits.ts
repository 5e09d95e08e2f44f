/**
 * Who is credited in a title: short texts (`joined-texts.ts`; `sql/views/credits.sql` writes them), written out as JSON when asked for. The first field of a
 * row is its place: the number behind a letter that says how many digits it has, so that rows sort as texts.
 */
import { orEmpty, orNull, rowsOf } from './joined-texts.ts';

/** The first field of a row of `crew` begins with its role; nconst and name follow. */
const DIRECTOR = 'd';
const WRITER = 'w';

const crewJson = (crew: string | null | undefined, role: string): string =>
  `[${rowsOf(crew)
    .filter(([place = '']) => place.startsWith(role))
    .map(([, nconst, name]) => `{"nconst":"${nconst}","name":${orNull(name)}}`)
    .join(',')}]`;

/** JSON array of a title's directors, in the source's order. @param crew the view's document. */
export const directorsDocument = (crew: string | null | undefined): string => crewJson(crew, DIRECTOR);
/** JSON array of its writers. */
export const writersDocument = (crew: string | null | undefined): string => crewJson(crew, WRITER);

/** As JSON texts: who acts. */
const ACTING = new Set(['"actor"', '"actress"']);

/** JSON array of the actors and actresses, in order. @param credits the view's document. */
export const castDocument = (credits: string | null | undefined): string =>
  `[${rowsOf(credits)
    .filter(([, , , category = '']) => ACTING.has(category))
    .map(
      ([, nconst, name, category, , characters]) =>
        `{"nconst":"${nconst}","name":${orNull(name)},"category":${category},"characters":${orEmpty(characters)}}`,
    )
    .join(',')}]`;

/** JSON array of all principals, in order. @param credits the view's document. */
export const creditsDocument = (credits: string | null | undefined): string =>
  `[${rowsOf(credits)
    .map(
      ([place = '', nconst, name, category, job, characters]) =>
        `{"ordering":${place.slice(1)},"nconst":"${nconst}","name":${orNull(name)},"category":${category},"job":${orNull(job)},"characters":${orEmpty(characters)}}`,
    )
    .join(',')}]`;

/** One mention of a person in a title. */
export interface CreditedAs {
  readonly nconst: string;
  readonly name: string | null;
  /** Of a principal; directors and writers of the crew have none. */
  readonly category?: string;
}

const readName = (json: string | undefined): string | null => (json === undefined || json === '' ? null : (JSON.parse(json) as string)); // as: a JSON text

/** The principals. @param credits the view's document. */
export const creditedPrincipals = (credits: string | null | undefined): readonly CreditedAs[] =>
  rowsOf(credits).map(([, nconst = '', name, category = '""']) => ({
    nconst,
    name: readName(name),
    category: JSON.parse(category) as string, // as: a JSON text
  }));

/** Directors and writers. @param crew the view's document. */
export const creditedCrew = (crew: string | null | undefined): readonly CreditedAs[] =>
  rowsOf(crew).map(([, nconst = '', name]) => ({ nconst, name: readName(name) }));

/** A person's parts in a title. */
export interface PersonInTitle {
  readonly nconst: string;
  readonly name: string | null;
  /** `director`, `writer`, and the categories of the principal credits, each once. */
  readonly as: readonly string[];
}

/** Everybody who is credited, in the order of crew and principals, each once with all their parts. @param crew, credits the view's documents. */
export const peopleInTitle = (crew: string | null | undefined, credits: string | null | undefined): readonly PersonInTitle[] => {
  const people = new Map<string, { readonly nconst: string; readonly name: string | null; readonly as: string[] }>();
  const add = (nconst: string, name: string | null, part: string): void => {
    const person = people.get(nconst) ?? { nconst, name, as: [] };
    if (!person.as.includes(part)) person.as.push(part);
    people.set(nconst, person);
  };
  for (const [place = '', nconst = '', name] of rowsOf(crew))
    add(nconst, readName(name), place.startsWith(DIRECTOR) ? 'director' : 'writer');
  for (const { nconst, name, category = '' } of creditedPrincipals(credits)) add(nconst, name, category);
  return [...people.values()];
};

const namesIn = (json: string): readonly string[] =>
  (JSON.parse(json) as readonly { readonly name: string | null }[]).flatMap(({ name }) => name ?? []); // as: written above

/** Names of the directors that have one, in order. @param crew the view's document. */
export const directorNames = (crew: string | null | undefined): readonly string[] => namesIn(directorsDocument(crew));
/** Names of the actors and actresses that have one, in order. @param credits the view's document. */
export const castNames = (credits: string | null | undefined): readonly string[] => namesIn(castDocument(credits));
