/**
 * The series of the catalog so far, and which one the next episode belongs to. IMDb's episodes often follow each other by series: so runs of
 * them here, and older series have more (some have thousands, most a few).
 */
import type { Random } from './random.ts';

export interface Series {
  readonly tconst: string;
  readonly year: number | undefined;
  readonly genres: string;
  readonly adult: boolean;
  readonly runtime: number | undefined;
  /** How its episodes are named. */
  readonly naming: 'numbered' | 'dated' | 'named';
  readonly episodesPerSeason: number;
  /** Where among the people its regular cast and crew begin. */
  readonly firstMember: number;
  episodes: number;
}

/** Share of episodes that belong to the same series as the episode before. */
const STAYS = 0.93;

export interface SeriesList {
  add(series: Series): void;
  /** The series of the next episode; `undefined` while there is none. */
  next(random: Random): Series | undefined;
}

export const createSeriesList = (): SeriesList => {
  const all: Series[] = [];
  let current: Series | undefined;
  return {
    add: (series) => {
      all.push(series);
    },
    next: (random) => {
      if (!current || !random.chance(STAYS)) current = all[Math.floor(all.length * random.unit() ** 2)];
      if (current) current.episodes++;
      return current;
    },
  };
};
