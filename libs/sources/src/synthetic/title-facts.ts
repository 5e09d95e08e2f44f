/** What is made up about one title: all that `title.basics`, `title.ratings` and `title.episode` say of it. */
import { IMDB_NULL } from '@rushes/domain';
import { genresOf } from './genres.ts';
import { titleIdAt } from './ids.ts';
import { type Kind, kindOf, SERIES_KIND } from './kinds.ts';
import type { Random } from './random.ts';
import type { Series, SeriesList } from './series-list.ts';
import { datedEpisode, englishTitle, foreignTitle, numberedEpisode } from './title-text.ts';
import { type Tongue, TONGUES } from './words.ts';

/** The catalog's present: constant, so that a seed's bytes do not depend on the day. */
const PRESENT_YEAR = 2025;
const FIRST_YEAR = 1894;
/** IMDb shows a rating from five votes on; its most voted title has some three million. */
const MIN_VOTES = 5;
const MAX_VOTES = 3_100_000;

export interface TitleFacts {
  readonly index: number;
  readonly tconst: string;
  readonly kind: Kind;
  readonly primaryTitle: string;
  readonly originalTitle: string;
  /** The language of the original title, where that is not English. */
  readonly tongue: Tongue | undefined;
  readonly adult: boolean;
  readonly year: number | undefined;
  readonly endYear: number | undefined;
  readonly runtime: number | undefined;
  readonly genres: string;
  readonly rating: { readonly tenths: number; readonly votes: number } | undefined;
  /** Of an episode: its series and place; the place is unknown for some. */
  readonly episode: { readonly series: Series; readonly place: readonly [season: number, episode: number] | undefined } | undefined;
}

export const inventTitle = (random: Random, index: number, seriesList: SeriesList, castable: number): TitleFacts => {
  const drawn = kindOf(random);
  const series = drawn.type === 'tvEpisode' ? seriesList.next(random) : undefined;
  const kind = drawn.type === 'tvEpisode' && !series ? SERIES_KIND : drawn;
  const tconst = titleIdAt(index);
  const adult = series?.adult ?? random.chance(kind.adultShare);
  const fixed = kind.type === 'short' || kind.type === 'tvShort' ? 'Short' : adult ? 'Adult' : undefined;
  const genres = series?.genres ?? genresOf(random, { television: kind.television, fixed });
  const year = series ? episodeYear(random, series) : startYear(random, kind);
  const runtime = random.chance(kind.runtime.knownShare) ? (series?.runtime ?? runtimeOf(random, kind)) : undefined;
  const { place, primaryTitle, originalTitle, tongue } = naming(random, series, year);
  if (kind.type === 'tvSeries' || kind.type === 'tvMiniSeries')
    seriesList.add({
      tconst,
      year,
      genres,
      adult,
      runtime,
      naming: random.chance(0.4) ? 'numbered' : random.chance(0.15) ? 'dated' : 'named',
      episodesPerSeason: 6 + random.below(20),
      firstMember: random.below(castable),
      episodes: 0,
    });
  return {
    index,
    tconst,
    kind,
    primaryTitle,
    originalTitle,
    tongue,
    adult,
    year,
    endYear: endYear(random, kind, year),
    runtime,
    genres,
    rating: random.chance(kind.ratedShare) ? ratingOf(random, kind) : undefined,
    episode: series && { series, place },
  };
};

/** Share of the episodes not named by their number whose season and number are unknown: 16 % of all are (first 50,001 lines of title.episode, August 2025). */
const PLACELESS = 0.27;

const naming = (
  random: Random,
  series: Series | undefined,
  year: number | undefined,
): Pick<TitleFacts, 'primaryTitle' | 'originalTitle' | 'tongue'> & { readonly place: readonly [number, number] | undefined } => {
  let place: readonly [number, number] | undefined;
  if (series) {
    const known: readonly [number, number] = [
      1 + Math.floor((series.episodes - 1) / series.episodesPerSeason),
      1 + ((series.episodes - 1) % series.episodesPerSeason),
    ];
    place = series.naming === 'numbered' || !random.chance(PLACELESS) ? known : undefined;
    const formal =
      series.naming === 'numbered'
        ? numberedEpisode('Episode', ...known)
        : series.naming === 'dated'
          ? datedEpisode(random, year ?? PRESENT_YEAR)
          : undefined;
    if (formal !== undefined) return { place, primaryTitle: formal, originalTitle: formal, tongue: undefined };
  }
  // A fifth is foreign; half of these have an English title too, so that a tenth of all originals differ (11 % in the same lines of title.basics).
  const tongue = random.chance(0.2) ? random.pick(TONGUES) : undefined;
  const originalTitle = tongue ? foreignTitle(random, tongue) : englishTitle(random);
  return { place, primaryTitle: tongue && random.chance(0.5) ? englishTitle(random) : originalTitle, originalTitle, tongue };
};

/** Recent years are the most frequent: ages are exponential. A tenth is unknown, one in a hundred is announced. */
const startYear = (random: Random, kind: Kind): number | undefined => {
  if (random.chance(0.1)) return undefined;
  if (random.chance(0.01)) return PRESENT_YEAR + 1 + random.below(3);
  const age = Math.floor(-Math.log(1 - random.unit()) * kind.age);
  return PRESENT_YEAR - age >= FIRST_YEAR ? PRESENT_YEAR - age : PRESENT_YEAR - random.below(60);
};

/** A season a year; of a series whose seasons would reach beyond the present, any year since it began. */
const episodeYear = (random: Random, series: Series): number | undefined => {
  if (series.year === undefined || random.chance(0.03)) return undefined;
  const year = series.year + Math.floor((series.episodes - 1) / series.episodesPerSeason);
  return year <= PRESENT_YEAR || series.year >= PRESENT_YEAR
    ? Math.max(series.year, Math.min(year, PRESENT_YEAR))
    : series.year + random.below(PRESENT_YEAR - series.year + 1);
};

const endYear = (random: Random, kind: Kind, year: number | undefined): number | undefined => {
  if (year === undefined || year > PRESENT_YEAR) return undefined;
  if (kind.type === 'tvMiniSeries') return random.chance(0.8) ? year : undefined;
  if (kind.type !== 'tvSeries' || !random.chance(0.45)) return undefined;
  return Math.min(PRESENT_YEAR, year + Math.floor(-Math.log(1 - random.unit()) * 3));
};

const runtimeOf = (random: Random, { runtime }: Kind): number =>
  Math.max(1, Math.round(runtime.median * Math.exp(runtime.spread * random.normal())));

const ratingOf = (random: Random, { votes, rating }: Kind): TitleFacts['rating'] => {
  const famous = random.chance(votes.famousShare);
  const logVotes = (famous ? votes.famousMedian : votes.median) + (famous ? votes.famousSpread : votes.spread) * random.normal();
  const deviation = random.normal();
  const score = rating.median + deviation * (deviation < 0 ? rating.below : rating.above);
  return {
    votes: Math.min(MAX_VOTES, MIN_VOTES + Math.floor(Math.exp(logVotes))),
    tenths: Math.round(Math.min(10, Math.max(1, score)) * 10),
  };
};

const orNull = (value: number | undefined): string => (value === undefined ? IMDB_NULL : String(value));

/** The title's lines in the three data sets that say what it is; an empty text where it has none. */
export const basicsLine = (title: TitleFacts): string =>
  `${title.tconst}\t${title.kind.type}\t${title.primaryTitle}\t${title.originalTitle}\t${title.adult ? 1 : 0}\t${orNull(title.year)}\t${orNull(title.endYear)}\t${orNull(title.runtime)}\t${title.genres}\n`;

export const ratingsLine = ({ tconst, rating }: TitleFacts): string =>
  rating ? `${tconst}\t${Math.floor(rating.tenths / 10)}.${rating.tenths % 10}\t${rating.votes}\n` : '';

export const episodeLine = ({ tconst, episode }: TitleFacts): string =>
  episode ? `${tconst}\t${episode.series.tconst}\t${orNull(episode.place?.[0])}\t${orNull(episode.place?.[1])}\n` : '';
