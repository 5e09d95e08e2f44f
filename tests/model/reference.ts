/**
 * The reference: all records before a position, in one plain loop, and the dumps of a version. It shares nothing with the layers but the types.
 */
import type { Shown } from './answer.ts';
import type { Version } from './batch.ts';
import type { Partition, Range } from './log.ts';

const DAY = 24 * 60;

interface Movie {
  count: number;
  sum: number;
  mentions: number;
  /** Offset and group of the last edit. */
  edit: readonly [number, number];
  /** Event time, offset and popularity of the latest observation. */
  seen: readonly [number, number, number];
  title: boolean;
}

/** How duplicates are judged. */
export interface Judging {
  /** Whether times are made monotone. */
  readonly monotone: boolean;
  /** Whether a step from one record to the next counts as a day at most; the window is longer by as much. */
  readonly bounded: boolean;
}

/** What should be shown at `position`, without the records of `gaps`. */
export const referenceOf = (
  log: readonly Partition[],
  position: readonly number[],
  version: Version,
  gaps: readonly Range[],
  { monotone, bounded }: Judging = { monotone: true, bounded: true },
): Shown => {
  const movies = new Map<number, Movie>();
  const buckets = new Map<string, { count: number; sum: number }>();
  for (const [partition, { records }] of log.entries()) {
    const times: number[] = [];
    const counted: number[] = [];
    for (const [offset, record] of records.slice(0, position[partition] ?? 0).entries()) {
      const time = monotone ? Math.max(times.at(-1) ?? 0, record.appended) : record.appended;
      const step = time - (times.at(-1) ?? time);
      times.push(time);
      const now = (counted.at(-1) ?? 0) + (bounded ? Math.min(step, DAY) : step);
      counted.push(now);
      if (record.kind === 'barrier' || record.value > 8) continue;
      if (gaps.some((gap) => gap.partition === partition && gap.from <= offset && offset < gap.to)) continue;
      const again = records
        .slice(0, offset)
        .some((one, earlier) => one.kind === 'event' && one.id === record.id && now - (counted[earlier] ?? 0) <= (bounded ? 3 : 2) * DAY);
      if (again) continue;
      const movie = movies.get(record.movie) ?? { count: 0, sum: 0, mentions: 0, edit: [-1, -1], seen: [-1, -1, -1], title: false };
      movies.set(record.movie, movie);
      if (record.topic === 'rating') {
        movie.count += 1;
        movie.sum += record.value;
        const name = `${record.movie}@${record.time}`;
        const bucket = buckets.get(name) ?? { count: 0, sum: 0 };
        buckets.set(name, { count: bucket.count + 1, sum: bucket.sum + record.value });
      } else {
        movie.mentions += 1;
        movie.title = true;
        if (record.topic === 'edit') movie.edit = [offset, record.value % 3];
        else if (record.time >= movie.seen[0]) movie.seen = [record.time, offset, record.value];
      }
    }
  }
  return present(movies, buckets, version);
};

/** The dump's row counts from the first version, going back, that has it as it is. */
const dumpOf = (version: Version, movie: number): readonly [number, number] => {
  const group = version.dump[movie] ?? -1;
  let first = version;
  while (first.parent !== undefined && first.parent.dump[movie] === group) first = first.parent;
  return [group === -1 ? -1 : (first.cut[2] ?? -1), group];
};

const present = (
  movies: ReadonlyMap<number, Movie>,
  buckets: ReadonlyMap<string, { count: number; sum: number }>,
  version: Version,
): Shown => {
  const scores: Record<string, { count: number; sum: number; mentions: number }> = {};
  const titles: Record<string, { group: number; popularity: number }> = {};
  const groups: Record<string, { titles: number; votes: number; sum: number; lowest: number }> = {};
  const ranked: { movie: number; sum: number }[] = [];
  for (let movie = 0; movie < version.dump.length; movie += 1) {
    const live = movies.get(movie);
    const dump = dumpOf(version, movie);
    const edit = live?.edit ?? [-1, -1];
    const group = dump[0] > edit[0] ? dump[1] : edit[1];
    if (live?.title === true || dump[1] !== -1) titles[movie] = { group, popularity: live?.seen[2] ?? -1 };
    if (live === undefined) continue;
    const { count, sum, mentions } = live;
    scores[movie] = { count, sum, mentions };
    if (count === 0) continue;
    ranked.push({ movie, sum });
    const all = (groups[group] ??= { titles: 0, votes: 0, sum: 0, lowest: sum });
    all.titles += 1;
    all.votes += count;
    all.sum += sum;
    all.lowest = Math.min(all.lowest, sum);
  }
  ranked.sort((a, b) => (a.sum === b.sum ? a.movie - b.movie : b.sum - a.sum));
  return { scores, buckets: Object.fromEntries(buckets), titles, groups, top: ranked.slice(0, 2) };
};
