/**
 * What `/movies/{id}/similar` has to answer: told from the formulas of docs/analytics.md, title by title, with quotients of big integers. Shares no code with what
 * it checks.
 */
import { foldedText } from '../golden/folded-text.ts';
import { byText, type Row } from '../golden/rows.ts';
import type { PlainTitle } from './plain-titles.ts';
import type { PlainState, Question } from './questions.ts';
import { trendScores } from './trending-question.ts';

/** Half up; neither is negative. */
const rounded = (above: number, below: number): number => Number((2n * BigInt(above) + BigInt(below)) / (2n * BigInt(below)));
const total = (numbers: readonly number[]): number => numbers.reduce((sum, number) => sum + number, 0);

interface Credited {
  readonly nconst: string;
  readonly name: string | null;
  readonly category?: string;
}
type Parts = Readonly<Record<'directors' | 'writers' | 'credits', readonly Credited[]>>;

interface Person {
  readonly nconst: string;
  readonly name: string | null;
  readonly as: readonly string[];
}

const peopleOf = ({ dump }: PlainState, id: string): readonly Person[] => {
  const row = dump.credits.get(id);
  if (row === undefined) return [];
  const { directors, writers, credits } = row as unknown as Parts; // as: the reference's own form
  const mentions = [
    ...directors.map((one) => ({ ...one, category: 'director' })),
    ...writers.map((one) => ({ ...one, category: 'writer' })),
    ...credits.map((one) => ({ ...one, category: one.category ?? '' })),
  ];
  return [...new Set(mentions.map(({ nconst }) => nconst))].map((nconst) => {
    const own = mentions.filter((one) => one.nconst === nconst);
    return { nconst, name: own[0]?.name ?? null, as: [...new Set(own.map(({ category }) => category))] };
  });
};

const WEIGHTS: Readonly<Record<string, number>> = { director: 2000, writer: 1000, actor: 1000, actress: 1000 };

const isFilm = ({ type, is_adult }: PlainTitle): boolean => type === 'movie' && !is_adult;
const foldedGenres = ({ genres }: PlainTitle): readonly string[] => genres.map(foldedText);
const keywordsOf = ({ movie }: PlainTitle): readonly string[] => movie['keywords'] as readonly string[]; // as: the reference's own form

/** A hundred films at most, the most voted ones. */
const mostVoted = (films: readonly PlainTitle[]): readonly PlainTitle[] => {
  const place = ({ votes }: PlainTitle): number => votes ?? -1;
  return films.toSorted((a, b) => place(b) - place(a) || byText(a.id, b.id)).slice(0, 100);
};

const ofGenres = (films: readonly PlainTitle[], title: PlainTitle): readonly PlainTitle[] => {
  const own = foldedGenres(title);
  const near = films.filter(({ year }) => title.year === null || (year !== null && Math.abs(year - title.year) <= 10));
  const having = (test: 'every' | 'some') => mostVoted(near.filter((film) => own[test]((genre) => foldedGenres(film).includes(genre))));
  const all = own.length === 0 ? [] : having('every');
  return all.length === 100 ? all : [...all, ...having('some')];
};

const partsOf = (state: PlainState, title: PlainTitle, asOf: string) => {
  const films = state.titles().filter(isFilm);
  const trends = trendScores(state, '7d', asOf);
  const people = peopleOf(state, title.id)
    .filter(({ as }) => as.some((part) => part in WEIGHTS))
    .map((person) => {
      const own = state.dump.filmsOf.get(person.nconst) ?? [];
      const titles = own.length + (own.includes(title.id) ? 0 : 1);
      const weight = titles < 2 ? 0 : Math.round(total(person.as.map((part) => WEIGHTS[part] ?? 0)) / Math.log2(titles));
      return { person, own, weight };
    });
  const mentions = films.flatMap(foldedGenres);
  const weightOf = (genre: string): number =>
    Math.round(1000 * Math.log2(1 + mentions.length / (1 + mentions.filter((one) => one === genre).length)));
  const own = foldedGenres(title);
  const candidates = [...films.filter(({ id }) => people.some((one) => one.own.includes(id))), ...ofGenres(films, title)];
  const compared = [...new Set(candidates)].filter(({ id }) => id !== title.id);
  const similar = compared.map((film) => {
    const by = people.filter((one) => one.own.includes(film.id));
    const [theirs, all] = [foldedGenres(film), [...new Set([...own, ...foldedGenres(film)])]];
    const genres = own.filter((genre) => theirs.includes(genre));
    const keywords = keywordsOf(title).filter((keyword) => keywordsOf(film).includes(keyword));
    const apart = title.year === null || film.year === null ? null : Math.abs(title.year - film.year);
    const votes = film.votes ?? 0;
    const trend = trends.get(film.id) ?? 0;
    const parts = {
      people: total(by.map(({ weight }) => weight)),
      genres: all.length === 0 ? 0 : rounded(1000 * total(genres.map(weightOf)), total(all.map(weightOf))),
      keywords: rounded(1000 * keywords.length, keywords.length + 3),
      year: apart === null ? 0 : rounded(5000, 5 + apart),
      rating: rounded(votes * (film.rating ?? 0) + 100_000_000, 10 * (votes + 25_000)),
      trend: 1000 + rounded(200 * trend, trend + 10_000),
    };
    const score = rounded((parts.people + parts.genres + parts.keywords + parts.year) * parts.rating * parts.trend, 1_000_000);
    return { film, by, genres, keywords, apart, parts, score };
  });
  return { people, compared, similar, own };
};

const shownGenres = (state: PlainState) => {
  const all = state.titles().flatMap(({ genres }) => genres);
  return (folded: string): string => all.find((genre) => foldedText(genre) === folded) ?? folded;
};

/** @param movie of any type, known or not. */
export const similarQuestion = (movie: string, limit: number, asOf: string): Question => ({
  path: `/movies/${movie}/similar?limit=${limit}&as_of=${asOf}`,
  about: 'all',
  answer: (state) => {
    const title = state.title(movie);
    if (title === undefined) return undefined;
    const { people, compared, similar, own } = partsOf(state, title, asOf);
    const written = shownGenres(state);
    const movies = similar
      .filter(({ parts }) => parts.people + parts.genres + parts.keywords > 0)
      .toSorted((a, b) => b.score - a.score || (b.film.votes ?? 0) - (a.film.votes ?? 0) || byText(a.film.id, b.film.id))
      .slice(0, limit)
      .map(({ film, by, genres, keywords, apart, parts, score }): Row => {
        const there = new Map(peopleOf(state, film.id).map(({ nconst, as }) => [nconst, as]));
        return {
          ...film.movie,
          score: score / 1000,
          parts: Object.fromEntries(Object.entries(parts).map(([name, value]) => [name, value / 1000])),
          reasons: {
            people: by.map(({ person }) => ({ ...person, there: there.get(person.nconst) ?? [] })),
            genres: genres.map(written),
            keywords,
            years_apart: apart,
          },
        };
      });
    const known = {
      people: people.filter(({ weight }) => weight > 0).length,
      genres: own.map(written),
      keywords: keywordsOf(title).length,
      year: title.year,
    };
    const isUnknown = known.people + own.length === 0;
    const note = isUnknown
      ? 'Nothing is known of this title that similar films could be found by: no genres, and nobody who made other films.'
      : null;
    return { data: { id: movie, known, considered: compared.length, note, movies } };
  },
});
