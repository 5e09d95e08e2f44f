/** The parameters that lists share, and how a page is answered. */
import type { Condition, ListPosition } from '@rushes/ports';
import { Type } from 'typebox';

import { arrayText, selectFields, shownOf } from './documents.ts';
import type { Answer } from './envelope.ts';
import { BARE } from '../http/parameter.ts';
import { nextPage, placeOf, sortOf, type ListKind, type PagedQuery } from './list-query.ts';
import { badRequest } from '../http/problem.ts';
import type { GivenParameter } from '../http/request-reader.ts';
import { findTitle, TITLE_ID_PATTERN, type TitleIdViews } from './title-id.ts';

const MAX_PAGE_SIZE = 1000;

/** `fields`: which members of each object are wanted. */
export const fieldsParameter = (names: readonly string[]) =>
  Type.Optional(
    Type.Array(Type.Enum([...names], { type: 'string' }), {
      minItems: 1,
      style: 'form',
      explode: false,
      description: `Only these fields of each object, separated by commas: ${names.join(', ')}.`,
    }),
  );

/** `sort`: one of a list's orders. */
export const sortParameter = <Name extends string>(names: readonly Name[], defaultSort: Name) =>
  Type.Optional(
    Type.Enum([...names], {
      type: 'string',
      description: `Order of the list: ascending, unless \`desc\` is given. Without it: \`${defaultSort}\`, descending.`,
    }),
  );

/** Parameters of every paged list. */
export const pagingParameters = {
  desc: Type.Optional(
    Type.Boolean({
      [BARE]: true,
      description:
        'Descending (`desc`, `desc=` or `desc=true`). With `sort` the default is ascending, without it descending. Rows without a value come last either way; ties are in ascending order of the id.',
    }),
  ),
  page_size: Type.Integer({ default: 10, minimum: 1, maximum: MAX_PAGE_SIZE, description: 'Rows of a page.' }),
  cursor: Type.Optional(
    Type.String({
      pattern: '^[A-Za-z0-9_-]+$',
      maxLength: 4096,
      description: 'Where the page begins, from the `next` of the page before. Only with the sort and filters it was given out for.',
    }),
  ),
  after_id: Type.Optional(
    Type.String({
      pattern: TITLE_ID_PATTERN,
      description: 'The page begins after this title (any of its ids). Not together with `cursor`.',
    }),
  ),
  count: Type.Boolean({ default: false, description: 'Add `total`, the exact number of rows of the whole list.' }),
};

interface PageQuery extends PagedQuery {
  readonly page_size: number;
  readonly count: boolean;
  readonly fields?: readonly string[];
}

const placeAfter = async (views: TitleIdViews, kind: ListKind, query: PagedQuery, id: string): Promise<ListPosition> => {
  const row = await findTitle(views, id, { columns: sortOf(kind, query).map(({ column }) => column) });
  if (row === undefined) throw badRequest([{ in: 'query', name: 'after_id', detail: `no title has the id ${id}` }]);
  return { values: row.columns, key: row.key };
};

/** One page of a list of titles. @param write the JSON object of a title from its key and the document `shown`. */
export const answerPage = async (
  views: TitleIdViews,
  kind: ListKind,
  query: PageQuery,
  given: readonly GivenParameter[],
  where: readonly Condition[],
  write: (key: string, shown: string) => string,
): Promise<Answer> => {
  const after = query.after_id === undefined ? placeOf(kind, query) : await placeAfter(views, kind, query, query.after_id);
  const [found, total] = await Promise.all([
    // One more than asked for tells whether another page follows.
    views.titles.list({
      where,
      sort: sortOf(kind, query),
      limit: query.page_size + 1,
      documents: ['shown'],
      ...(after === undefined ? {} : { after }),
    }),
    query.count ? views.titles.count(where) : undefined,
  ]);
  const rows = found.slice(0, query.page_size);
  const last = rows.at(-1);
  return {
    data: arrayText(rows.map((row) => selectFields(write(row.key, shownOf(row)), query.fields))),
    next: found.length > rows.length && last !== undefined ? nextPage(kind, given, { values: last.sortValues, key: last.key }) : null,
    total,
  };
};
