/**
 * The keyed views: states of whole numbers with a merge that is associative and commutative.
 *
 * `scores` by movie counts and adds ratings, and counts what was said about its title (two topics); `buckets` is the same by movie and hour of the event;
 * `titles` keeps the latest edit by offset and the latest observation by (event time, offset).
 */
import type { Event } from './log.ts';

export const VIEWS = ['scores', 'buckets', 'titles'] as const;
export type ViewName = (typeof VIEWS)[number];

export type State = Readonly<Record<string, number>>;

export interface Contribution {
  readonly view: ViewName;
  readonly key: string;
  readonly state: State;
}

/** The one judgement of an event. */
export const isValid = ({ value }: Event): boolean => value !== 9;

/** `by arrival` is wrong: what the later argument has replaces what the earlier one has. */
type Observations = 'by time' | 'by arrival';

const NO_TITLE = { editOffset: -1, group: -1, seenTime: -1, seenOffset: -1, popularity: -1 };

/** What one event adds to each view. */
export const contributionsOf = (event: Event, offset: number): readonly Contribution[] => {
  const key = String(event.movie);
  switch (event.topic) {
    case 'rating':
      return [
        { view: 'scores', key, state: { count: 1, sum: event.value, mentions: 0 } },
        { view: 'buckets', key: `${key}@${event.time}`, state: { count: 1, sum: event.value } },
      ];
    case 'edit':
      return [
        { view: 'titles', key, state: { ...NO_TITLE, editOffset: offset, group: event.value % 3 } },
        { view: 'scores', key, state: { count: 0, sum: 0, mentions: 1 } },
      ];
    case 'observation':
      return [
        { view: 'titles', key, state: { ...NO_TITLE, seenTime: event.time, seenOffset: offset, popularity: event.value } },
        { view: 'scores', key, state: { count: 0, sum: 0, mentions: 1 } },
      ];
  }
};

const field = (state: State, name: string): number => state[name] ?? 0;

const mergeTitles = (earlier: State, later: State, observations: Observations): State => {
  const edit = field(later, 'editOffset') > field(earlier, 'editOffset') ? later : earlier;
  const byTime = field(later, 'seenTime') - field(earlier, 'seenTime') || field(later, 'seenOffset') - field(earlier, 'seenOffset');
  const seen = (observations === 'by time' ? byTime > 0 : field(later, 'seenOffset') >= 0) ? later : earlier;
  return {
    editOffset: field(edit, 'editOffset'),
    group: field(edit, 'group'),
    seenTime: field(seen, 'seenTime'),
    seenOffset: field(seen, 'seenOffset'),
    popularity: field(seen, 'popularity'),
  };
};

/** Merges two states of one key. */
export const merge = (view: ViewName, earlier: State | undefined, later: State, observations: Observations = 'by time'): State => {
  if (earlier === undefined) return later;
  if (view === 'titles') return mergeTitles(earlier, later, observations);
  return Object.fromEntries(Object.keys(later).map((name) => [name, field(earlier, name) + field(later, name)]));
};
