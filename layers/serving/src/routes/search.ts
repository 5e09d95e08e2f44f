/** `GET /search/movies`: titles by the words of their names and of the people in them. */
import { wordsOf } from '@rushes/domain';
import { type Condition, SCORE, type SortColumn } from '@rushes/ports';
import { movieDocument, searchedTitles } from '@rushes/views';
import { Type, type Static } from 'typebox';

import { kindConditions, adultParameter } from '../answers/adult.ts';
import { arrayText, extendObject, selectFields, shownOf } from '../answers/documents.ts';
import { movieFields } from '../answers/entities.ts';
import type { Answer } from '../answers/envelope.ts';
import { requireKnownNames } from '../answers/known-names.ts';
import { checkPlace, type ListKind, nextPage, placeOf } from '../answers/list-query.ts';
import { fieldsParameter, pagingParameters } from '../answers/paging.ts';
import { ratingBound } from '../answers/rating.ts';
import { facetsSchema, facetsText, TALLIED } from '../answers/search-facets.ts';
import { matchesTexts } from '../answers/search-matches.ts';
import type { Fault } from '../http/problem.ts';
import type { GivenParameter } from '../http/request-reader.ts';
import type { Snapshot } from '../merge/snapshot.ts';
import { genreConditions, genreParameter, namedTypes, pointsParameter, typeParameter, yearParameter } from './film-filters.ts';
import type { AddDataRoute } from './route-definition.ts';

const FOUND: ListKind = {
  path: '/search/movies',
  layout: { ...searchedTitles.layout, columns: { ...searchedTitles.layout.columns, [SCORE]: 'integer' } },
  sorts: { relevance: SCORE, rating: 'rating', year: 'year', popularity: 'votes' },
  defaultSort: 'relevance',
};

/** Each costs an index some hundred looks if one letter of it may be wrong. */
const MAX_WORDS = 8;
/** Room for so many words as long as they count, with a space between: what is asked for in normal form fits again. */
const MAX_QUESTION = 300;

const query = Type.Object({
  q: Type.String({
    minLength: 1,
    maxLength: MAX_QUESTION,
    description: `Up to ${MAX_WORDS} words. All must be found: among primary, original and regional titles, directors, actors and actresses. Case and diacritics do not matter; the last word may be the beginning of one.`,
    examples: ['godfather'],
  }),
  typos: Type.Boolean({
    default: true,
    description: 'Find words of four letters or more also with one letter wrong, missing, too many, or swapped with its neighbor.',
  }),
  genre: genreParameter,
  year_from: yearParameter('Released in this year or later.'),
  year_to: yearParameter('Released in this year or earlier.'),
  rating_min: pointsParameter('Rated this or higher.'),
  rating_max: pointsParameter('Rated this or lower.'),
  type: typeParameter,
  adult: adultParameter,
  sort_by: Type.Enum(['relevance', 'rating', 'year', 'popularity'], {
    type: 'string',
    default: 'relevance',
    description:
      'The highest first, rows without a value last; ties are in ascending order of the id. `popularity` is the number of votes.',
  }),
  page_size: pagingParameters.page_size,
  cursor: pagingParameters.cursor,
  count: pagingParameters.count,
  facets: Type.Boolean({ default: false, description: 'Add `facets`: how many of all that is found are of a genre, a decade, a type.' }),
  fields: fieldsParameter([...Object.keys(movieFields), 'score', 'matches']),
});

type Asked = Static<typeof query>;

const questionFaults = (question: string | undefined): readonly Fault[] => {
  if (question === undefined) return [];
  const words = wordsOf(question).length;
  if (words === 0) return [{ in: 'query', name: 'q', detail: 'has no letter and no digit' }];
  return words > MAX_WORDS ? [{ in: 'query', name: 'q', detail: `has ${words} words: ${MAX_WORDS} at most` }] : [];
};

/** Questions with the same words are one. */
const normalForm = ({ q }: Asked, given: readonly GivenParameter[]): readonly GivenParameter[] => [
  ...given.filter(({ name }) => name !== 'q'),
  { name: 'q', text: `q=${encodeURIComponent(wordsOf(q).join(' '))}` },
];

const pagedBy = ({ sort_by, cursor }: Partial<Asked>) => ({
  ...(sort_by === undefined ? {} : { sort: sort_by }),
  ...(cursor === undefined ? {} : { cursor }),
});

const conditionsOf = (asked: Asked): readonly Condition[] => {
  const where: Condition[] = [...kindConditions(namedTypes(asked.type), asked.adult), ...genreConditions(asked.genre)];
  if (asked.year_from !== undefined) where.push({ column: 'year', op: 'gte', value: asked.year_from });
  if (asked.year_to !== undefined) where.push({ column: 'year', op: 'lte', value: asked.year_to });
  if (asked.rating_min !== undefined) where.push(ratingBound('rating', 'gte', asked.rating_min));
  if (asked.rating_max !== undefined) where.push(ratingBound('rating', 'lte', asked.rating_max));
  return where;
};

const answerSearch = async ({ views, search }: Snapshot, asked: Asked, given: readonly GivenParameter[]): Promise<Answer> => {
  const question = { words: wordsOf(asked.q), typos: asked.typos };
  const sort: readonly SortColumn[] = [{ column: FOUND.sorts[asked.sort_by] ?? SCORE, desc: true }];
  const after = placeOf(FOUND, pagedBy(asked));
  const { rows, total, tallies } = await search({
    ...question,
    where: conditionsOf(asked),
    sort,
    // One more than asked for tells whether another page follows.
    limit: asked.page_size + 1,
    tally: asked.facets ? TALLIED : [],
    ...(after === undefined ? {} : { after }),
  });
  const page = rows.slice(0, asked.page_size);
  const keys = page.map(({ key }) => key);
  const known = new Map((await views.titles.getMany(keys, { documents: ['shown'], columns: ['tconst'] })).map((row) => [row.key, row]));
  const found = page.map((row) => {
    const title = known.get(row.key);
    if (title === undefined) throw new Error(`the view search has the title ${row.key}, the view titles has not`);
    return { row, shown: shownOf(title), tconst: title.columns[0] };
  });
  const matches = await matchesTexts(views, question, found);
  const last = page.at(-1);
  return {
    data: arrayText(
      found.map(({ row, shown }, n) =>
        selectFields(extendObject(movieDocument(row.key, shown), `"score":${row.score},"matches":${matches[n] ?? '[]'}`), asked.fields),
      ),
    ),
    next: rows.length > page.length && last !== undefined ? nextPage(FOUND, given, { values: last.sortValues, key: last.key }) : null,
    total: asked.count ? total : undefined,
    facets: asked.facets ? await facetsText(views, tallies) : undefined,
  };
};

export const addSearch = (add: AddDataRoute): void =>
  add({
    url: FOUND.path,
    operation: 'searchMovies',
    summary: 'Films by words of their titles and people',
    description:
      'How the score comes about is in the documentation (The API by example, Search). It follows from the words and the names alone: no rating moves it.',
    tag: 'Films',
    params: Type.Object({}),
    query,
    check: (asked, given) => [...questionFaults(asked.q), ...checkPlace(FOUND, pagedBy(asked), given)],
    normalForm,
    data: Type.Array(Type.Ref('FoundMovie#')),
    paged: true,
    extra: { facets: facetsSchema },
    isLong: true,
    dependsOn: () => 'titles',
    answer: async (snapshot, { query: asked, given }) => {
      await requireKnownNames(snapshot.views, {
        genres: [{ parameter: 'genre', names: asked.genre ?? [] }],
        types: [{ parameter: 'type', names: namedTypes(asked.type) ?? [] }],
      });
      return answerSearch(snapshot, asked, given);
    },
  });
