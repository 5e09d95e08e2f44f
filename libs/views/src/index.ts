export * from './keyed/index.ts';
export * from './measures/index.ts';
export * from './title-inputs.ts';
export * from './title-rating.ts';
export * from './title-row.ts';
export { ADULT_KIND, FIRST_ORDINARY_KIND, MERGED_COLUMNS, rowOfMerged } from './merged-title.ts';
export { movieDocument, readShown, shownText, type ShownTitle, titleDocument } from './shown-title.ts';
export { movieCells, titleCells } from './title-cells.ts';
export type { TableCell } from './shown-values.ts';
export { NOTHING_TOLD, TOLD_FIELDS, type ToldFacts } from './told-fields.ts';
export * from './shown-credits.ts';
export * from './shown-person.ts';
export * from './shown-names.ts';
export * from './rules.ts';
export * from './served-views.ts';
export { searchRow } from './searched-titles.ts';
export { tmdbLinkRow } from './tmdb-links.ts';
export { bucketKey, type BucketWidth } from './bucket-key.ts';
export {
  laterPopularity,
  type MoviePopularity,
  POPULARITY_WIDTHS,
  popularityOf,
  type PopularityWidth,
  readPopularity,
} from './popularity.ts';
export {
  addActivities,
  ACTIVITY_WIDTHS,
  activityOf,
  type ActivityWidth,
  type MovieActivity,
  NO_ACTIVITY,
  readActivity,
} from './activity.ts';
export {
  addFilmSums,
  ALL_FILMS,
  type CountedFilm,
  countedFilm,
  FILM_KIND,
  FILM_MEASURES,
  type FilmCell,
  type FilmMeasure,
  type FilmSums,
  namedFilmSums,
  NO_FILM_SUMS,
  POPULARITY_TIERS_E3,
  readFilmSums,
  sumsOfReviews,
} from './film-sums.ts';
export { monthOf, readMonthActivity, readMonths } from './film-months.ts';
export type { View } from './view.ts';
