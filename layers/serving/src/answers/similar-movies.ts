/** Films that are similar to a title, each with what makes it so. */
import { foldText } from '@rushes/domain';
import type { ArtefactReader, ViewRow } from '@rushes/ports';
import { movieDocument, peopleInTitle } from '@rushes/views';

import { notFound } from '../http/problem.ts';
import type { Snapshot } from '../merge/snapshot.ts';
import { arrayText, extendObject, selectFields, shownOf } from './documents.ts';
import { type GenreCounts, readGenres } from './genre-counts.ts';
import { COMPARED, comparedOf, CREDITS, keywordsOf, readCandidates, readContributors, tconstOf } from './similar-candidates.ts';
import { type Asked, genreWeightE3, mostSimilar, sharedOf, type Similarity } from './similarity.ts';
import { findTitle } from './title-id.ts';
import { scoreE3 } from './trend-score.ts';
import { trendSpan, type TrendWindow } from './trend-windows.ts';
import { windowActivity } from './window-activity.ts';

/** Films that trend within it come somewhat earlier. */
export const SIMILAR_TREND: TrendWindow = '7d';

const THOUSANDTHS = 1000;

/** What of a film's people is in a film, by nconst. */
type PartsOfPeople = ReadonlyMap<string, readonly string[]>;
const NOBODY: PartsOfPeople = new Map();

/** By IMDb's id of the film. */
const readParts = async (credits: ArtefactReader, tconsts: readonly string[]): Promise<ReadonlyMap<string, PartsOfPeople>> => {
  const rows = await credits.getMany(tconsts, CREDITS);
  return new Map(
    rows.map(({ key, documents: [crew, principals] }) => {
      const people = peopleInTitle(crew, principals);
      return [key, new Map(people.map(({ nconst, as }) => [nconst, as]))];
    }),
  );
};

/** Names and weights of genres, by what they are folded. */
const describeGenres = (counts: readonly GenreCounts[]) => {
  const mentions = counts.reduce((sum, { movies }) => sum + movies, 0);
  const byName = new Map(counts.map((one) => [foldText(one.genre), one]));
  return {
    weightOfGenre: (folded: string): number => genreWeightE3(byName.get(folded)?.movies ?? 0, mentions),
    nameOfGenre: (folded: string): string => byName.get(folded)?.genre ?? folded,
  };
};

/** How what is folded is written. */
interface Names {
  readonly nameOfGenre: (folded: string) => string;
  readonly keywords: ReadonlyMap<string, string>;
}

const memberText = (asked: Asked, similarity: Similarity, names: Names, partsThere: PartsOfPeople): string => {
  const { people, genres, keywords, yearsApart } = sharedOf(asked, similarity.film);
  return JSON.stringify({
    score: similarity.scoreE3 / THOUSANDTHS,
    parts: {
      people: similarity.peopleE3 / THOUSANDTHS,
      genres: similarity.genresE3 / THOUSANDTHS,
      keywords: similarity.keywordsE3 / THOUSANDTHS,
      year: similarity.yearE3 / THOUSANDTHS,
      rating: similarity.ratingE3 / THOUSANDTHS,
      trend: similarity.trendE3 / THOUSANDTHS,
    },
    reasons: {
      people: people.map(({ nconst, name, as }) => ({ nconst, name, as, there: partsThere.get(nconst) ?? [] })),
      genres: genres.map(names.nameOfGenre),
      keywords: keywords.map((folded) => names.keywords.get(folded) ?? folded),
      years_apart: yearsApart,
    },
  }).slice(1, -1);
};

const NOTHING_KNOWN = 'Nothing is known of this title that similar films could be found by: no genres, and nobody who made other films.';

/** What of an answer about a title is asked for. */
export interface SimilarQuery {
  readonly id: string;
  readonly limit: number;
  readonly fields: readonly string[] | undefined;
  /** The moment whose trends count. */
  readonly asOfMs: number;
}

/** JSON text. @throws Problem (404) for an id that no title has. */
export const similarMovies = async (snapshot: Snapshot, { id, limit, fields, asOfMs }: SimilarQuery): Promise<string> => {
  const { views } = snapshot;
  const row = await findTitle(views, id, COMPARED);
  if (row === undefined) throw notFound(`There is no title with the id ${id}.`);
  const title = comparedOf(row, true);
  const [people, genres, activity] = await Promise.all([
    readContributors(views, row.key, tconstOf(row)),
    readGenres(views),
    windowActivity(snapshot, trendSpan(SIMILAR_TREND, asOfMs)),
  ]);
  const { weightOfGenre, nameOfGenre } = describeGenres(genres);
  const trendE3 = (key: string): number => {
    const sums = activity.get(key);
    return sums === undefined ? 0 : scoreE3(sums, 0);
  };
  const asked: Asked = { ...title, people, weightOfGenre, trendE3 };

  const candidates = new Map((await readCandidates(views.titles, title, people)).map((one) => [one.key, one]));
  const compared = [...candidates.values()].map((one) => comparedOf(one, title.keywords.length > 0));
  const best = mostSimilar(asked, compared, limit).flatMap((similarity): readonly (readonly [Similarity, ViewRow])[] => {
    const one = candidates.get(similarity.film.key);
    return one === undefined ? [] : [[similarity, one]];
  });
  const ofPeople = best.flatMap(([{ peopleE3 }, one]) => (peopleE3 > 0 ? (tconstOf(one) ?? []) : []));
  const parts = await readParts(views.credits, ofPeople);
  const names: Names = { nameOfGenre, keywords: keywordsOf(row) };
  const movies = best.map(([similarity, one]) => {
    const members = memberText(asked, similarity, names, parts.get(tconstOf(one) ?? '') ?? NOBODY);
    return selectFields(extendObject(movieDocument(one.key, shownOf(one)), members), fields);
  });

  const known = {
    people: people.filter(({ weightE3 }) => weightE3 > 0).length,
    genres: title.genres.map(nameOfGenre),
    keywords: title.keywords.length,
    year: title.year,
  };
  const note = known.people + known.genres.length === 0 ? NOTHING_KNOWN : null;
  const about = JSON.stringify({ id: title.key, known, considered: candidates.size, note }).slice(0, -1);
  return `${about},"movies":${arrayText(movies)}}`;
};
