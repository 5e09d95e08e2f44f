export * from './keyed/index.ts';
export * from './measures/index.ts';
export * from './title-inputs.ts';
export * from './title-rating.ts';
export * from './title-row.ts';
export { ADULT_KIND, FIRST_ORDINARY_KIND, MERGED_COLUMNS, rowOfMerged } from './merged-title.ts';
export * from './shown-title.ts';
export * from './shown-credits.ts';
export * from './shown-person.ts';
export * from './shown-names.ts';

import { credits } from './credits.ts';
import { genres } from './genres.ts';
import { people } from './people.ts';
import { sentiment } from './sentiment.ts';
import { statistics } from './statistics.ts';
import { titleNames } from './title-names.ts';
import { titles } from './titles.ts';
import { unknownTitles } from './unknown-titles.ts';
import type { View } from './view.ts';

export { credits, genres, people, sentiment, statistics, titleNames, titles, unknownTitles };
export type { View };

/** All served views. A publication names an artefact for each. */
export const VIEWS: readonly View[] = [titles, credits, titleNames, people, genres, statistics, sentiment, unknownTitles];
