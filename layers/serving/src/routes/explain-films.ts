/** `GET /explain/films`: where the figures over films come from: the sums of the version, what films that events changed change of them, and both together. */
import { foldText } from '@rushes/domain';
import { ALL_FILMS, FILM_MEASURES, type FilmSums, namedFilmSums } from '@rushes/views';
import { Type } from 'typebox';

import { filmSumsByYear, sumsOfYear } from '../answers/film-sums-by-year.ts';
import { requireKnownNames } from '../answers/known-names.ts';
import { FOLDED } from '../http/parameter.ts';
import { positionText } from '../merge/position.ts';
import { yearParameter } from './film-filters.ts';
import type { AddDataRoute } from './route-definition.ts';

const RULE =
  'Counts and sums over films are added. Of each film that events changed after the cut, what it added as the version has it is subtracted, and what it adds now is added; reviews count with their film.';

const SUMS = Type.Object(Object.fromEntries(FILM_MEASURES.map((name) => [name, Type.Integer()])));

const shownSums = (sums: FilmSums) => Object.fromEntries(Object.entries(namedFilmSums(sums)).map(([name, sum]) => [name, Number(sum)]));

export const addExplainFilms = (add: AddDataRoute): void =>
  add({
    url: '/explain/films',
    operation: 'explainFilms',
    summary: 'Where the figures over films of a genre or a year come from',
    description:
      'The exact sums behind `/analytics/genre/{genre}` and `/analytics/yearly`: `points_e3` is votes × rating in thousandths of points, `compound_e4` the sum of VADER’s scores in ten-thousandths.',
    tag: 'Service and data',
    params: Type.Object({}),
    query: Type.Object({
      genre: Type.Optional(
        Type.String({ [FOLDED]: true, minLength: 1, maxLength: 50, description: 'Only films of this genre; case does not matter.' }),
      ),
      year: yearParameter('Only films that were released in this year.'),
    }),
    data: Type.Object({
      genre: Type.Union([Type.String(), Type.Null()]),
      year: Type.Union([Type.Integer(), Type.Null()]),
      rule: Type.String(),
      position: Type.Union([Type.String(), Type.Null()], { description: 'As in the header Rushes-Position.' }),
      batch: Type.Object({ version: Type.Integer(), sums: SUMS }),
      events: Type.Object({ sums: SUMS }, { description: 'What films that events changed after the cut change: may be negative.' }),
      merged: SUMS,
    }),
    // The position is a part of the answer.
    dependsOn: () => 'position',
    answer: async (snapshot, { query: { genre, year } }) => {
      await requireKnownNames(snapshot.views, { genres: [{ parameter: 'genre', names: genre === undefined ? [] : [genre] }] });
      const { batch, events, merged } = await filmSumsByYear(snapshot, genre === undefined ? ALL_FILMS : foldText(genre));
      return {
        data: JSON.stringify({
          genre: genre ?? null,
          year: year ?? null,
          rule: RULE,
          position: snapshot.position === undefined ? null : positionText(snapshot.position),
          batch: { version: snapshot.publication.version, sums: shownSums(sumsOfYear(batch, year)) },
          events: { sums: shownSums(sumsOfYear(events, year)) },
          merged: shownSums(sumsOfYear(merged, year)),
        }),
      };
    },
  });
