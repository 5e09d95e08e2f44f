/**
 * What a replica does next to serve the newest publication and the newest events: a state, and a pure function from what happened to the next state.
 * Invariants: there is one step at a time, so work on the stores never overlaps; what is served changes only once all that replaces it is open; whatever
 * fails, the publication before goes on being served, and goes on following the events; a poll that failed is not a good one, and what changed since the
 * last good one is not known.
 */
import type { Publication } from '@rushes/ports';

import { MissedChangesError, type Overlay } from './overlay/overlay.ts';
import type { Served } from './prepare.ts';
import { failedAgain, isDue, type Retry } from './retry-times.ts';

/** Why a publication is opened. */
type Purpose =
  | { readonly for: 'newest' }
  /** Nothing is served, and the newest cannot be: one of those before it, else those after it in this list. */
  | { readonly for: 'earlier'; readonly others: readonly Publication[] }
  /** No earlier one can be served either: what there is of the newest. */
  | { readonly for: 'part' }
  /** What is served may not be what the speed store holds: read anew. */
  | { readonly for: 'doubt' };

/** Work on the stores. Whoever does it reports with an event. */
export type Step =
  | { readonly do: 'find' }
  | { readonly do: 'list' }
  | {
      readonly do: 'open';
      readonly publication: Publication;
      /** Also without views that only some answers need. */
      readonly partly: boolean;
      readonly purpose: Purpose;
      /** What was in doubt before is so again if this fails. */
      readonly wasDoubtful: boolean;
    }
  | { readonly do: 'advance'; readonly served: Served; readonly overlay: Overlay };

/** What somebody else wants or saw. */
type Request =
  /** A poll is asked for. */
  | { readonly is: 'asked' }
  /** The speed store may have lost what was read from it. */
  | { readonly is: 'doubted' }
  | { readonly is: 'stopped' };

/** What came of the step. */
export type Report =
  /** The newest publication. */
  | { readonly is: 'found'; readonly publication: Publication | undefined }
  /** Publications, the newest first. */
  | { readonly is: 'listed'; readonly publications: readonly Publication[] }
  | { readonly is: 'opened'; readonly served: Served }
  | {
      readonly is: 'advanced';
      /** Answers are others now. */
      readonly isChanged: boolean;
      /** Events that were missing are in the store again, under rows that may have been read before. */
      readonly isMended: boolean;
    }
  | { readonly is: 'failed'; readonly error: unknown };

export type FollowerEvent = Request | Report;

/** What is to be done besides, at once and in this order. */
export type Notice =
  | { readonly say: 'show'; readonly served: Served }
  | { readonly say: 'release'; readonly served: Served }
  | { readonly say: 'trouble'; readonly message: string; readonly error: unknown }
  | { readonly say: 'recovered' };

export interface FollowerState {
  readonly step: Step | undefined;
  readonly isStopped: boolean;
  readonly served: Served | undefined;
  readonly newest: Publication | undefined;
  /** Why the last poll failed, or the newest publication is not what is served. */
  readonly trouble: unknown;
  /** Why the newest publication was not served when it was last tried. */
  readonly refusal: unknown;
  readonly retry: Retry<number> | undefined;
  /** What is served has to be read anew. */
  readonly isDoubtful: boolean;
  /** Another poll is to follow the one that is under way, which may have passed what is asked about. */
  readonly isAskedAgain: boolean;
  /** Polls that began and that ended so far. */
  readonly begun: number;
  readonly ended: number;
  readonly beganMs: number;
  /** When the last good poll began; before the first one, when there was nothing to be seen. */
  readonly lastGoodMs: number;
  readonly hasSeenAll: boolean;
}

export interface Next {
  readonly state: FollowerState;
  readonly notices: readonly Notice[];
}

/** What does not change while a replica runs. */
export interface FollowerSetting {
  /** Where the publications are, for messages. */
  readonly location: string;
  readonly pollMs: number;
}

/** @param nowMs here and below: milliseconds of a clock that nobody sets. */
export const beginFollowing = (nowMs: number): FollowerState => ({
  step: undefined,
  isStopped: false,
  served: undefined,
  newest: undefined,
  trouble: undefined,
  refusal: undefined,
  retry: undefined,
  isDoubtful: false,
  isAskedAgain: false,
  begun: 0,
  ended: 0,
  beganMs: nowMs,
  lastGoodMs: nowMs,
  hasSeenAll: false,
});

/** Whether the newest publication is served, with all its views. */
const isNewestServed = ({ newest, served }: FollowerState): boolean =>
  newest === undefined || (served?.open.publication.number === newest.number && served.open.absent.length === 0);

/** What is answered from while a publication cannot be served, for people. */
const insteadOf = (wanted: Publication, served: Served | undefined): string => {
  if (served === undefined) return 'nothing is';
  const { publication, absent } = served.open;
  return publication.number === wanted.number
    ? `answering without ${absent.join(', ')}`
    : `answering from publication ${publication.number}, version ${publication.version}`;
};

const only = (state: FollowerState, ...notices: readonly Notice[]): Next => ({ state, notices });

const andBefore = (notices: readonly Notice[], after: Next): Next => ({ state: after.state, notices: [...notices, ...after.notices] });

const begin = (state: FollowerState, nowMs: number): FollowerState => ({
  ...state,
  step: { do: 'find' },
  isAskedAgain: false,
  begun: state.begun + 1,
  beganMs: nowMs,
});

/** After a poll: the next one if it was asked for; at the end, nothing is served any more. */
const rest = (state: FollowerState, nowMs: number): Next => {
  const rested: FollowerState = { ...state, step: undefined, ended: state.begun };
  if (!rested.isStopped) return only(rested.isAskedAgain ? begin(rested, nowMs) : rested);
  const { served } = rested;
  return served === undefined ? only(rested) : only({ ...rested, served: undefined }, { say: 'release', served });
};

const end = (state: FollowerState, nowMs: number): Next => {
  const trouble = isNewestServed(state) ? undefined : state.refusal;
  const isGood = trouble === undefined || state.served?.open.publication.number === state.newest?.number;
  const ended = { ...state, trouble, ...(isGood ? { lastGoodMs: state.beganMs, hasSeenAll: true } : {}) };
  return andBefore(trouble === undefined ? [{ say: 'recovered' }] : [], rest(ended, nowMs));
};

const endFailed = (state: FollowerState, error: unknown, nowMs: number, { location, pollMs }: FollowerSetting): Next => {
  const message = `looking for what is new in ${location} failed; trying again in ${pollMs} ms`;
  return andBefore([{ say: 'trouble', message, error }], rest({ ...state, trouble: error }, nowMs));
};

const open = (state: FollowerState, publication: Publication, purpose: Purpose): FollowerState => {
  const { served, isDoubtful } = state;
  const partly = purpose.for === 'part' || (purpose.for === 'doubt' && served !== undefined && served.open.absent.length > 0);
  return { ...state, isDoubtful: false, step: { do: 'open', publication, partly, purpose, wasDoubtful: isDoubtful } };
};

/** What comes where the newest publication is served already or cannot be: follow the events. */
const goOn = (state: FollowerState, nowMs: number): Next => {
  const { served, isDoubtful } = state;
  if (served !== undefined && isDoubtful) return only(open(state, served.open.publication, { for: 'doubt' }));
  return served?.overlay === undefined ? end(state, nowMs) : only({ ...state, step: { do: 'advance', served, overlay: served.overlay } });
};

/** The newest publication was tried, and perhaps something else instead: says so. */
const afterRefusal = (state: FollowerState, wanted: Publication, nowMs: number, { location }: FollowerSetting): Next => {
  const message = `publication ${wanted.number} in ${location} cannot be served: ${insteadOf(wanted, state.served)}`;
  const isPartServed = state.served?.open.publication.number === wanted.number;
  return andBefore([{ say: 'trouble', message, error: state.refusal }], isPartServed ? end(state, nowMs) : goOn(state, nowMs));
};

const onFound = (state: FollowerState, found: Publication | undefined, nowMs: number, setting: FollowerSetting): Next => {
  if (found === undefined && state.newest !== undefined)
    return endFailed(state, new Error(`the publications in ${setting.location} are gone`), nowMs, setting);
  const next = { ...state, newest: found };
  return found !== undefined && !isNewestServed(next) && isDue(next.retry, found.number, nowMs)
    ? only(open(next, found, { for: 'newest' }))
    : goOn(next, nowMs);
};

/** The first of these that can be served; if none can, what there is of the newest. */
const openFirst = (state: FollowerState, wanted: Publication, [first, ...others]: readonly Publication[]): FollowerState =>
  first === undefined ? open(state, wanted, { for: 'part' }) : open(state, first, { for: 'earlier', others });

/** Those before the newest, each version once. Offsets of another log say nothing about the speed store. */
const earlierThan = (wanted: Publication, publications: readonly Publication[]): readonly Publication[] => {
  const versions = new Map<number, Publication>();
  for (const one of publications)
    if (one.number < wanted.number && one.log === wanted.log && !versions.has(one.version)) versions.set(one.version, one);
  return [...versions.values()];
};

const onOpened = (state: FollowerState, step: Step, served: Served, nowMs: number, setting: FollowerSetting): Next => {
  // What is without events is read anew as soon as the speed layer goes on.
  const next: FollowerState = { ...state, served, isDoubtful: state.isDoubtful || served.isWithoutEvents };
  const shown: Notice[] = [{ say: 'show', served }];
  if (state.served !== undefined) shown.push({ say: 'release', served: state.served });
  const purpose = step.do === 'open' ? step.purpose.for : undefined;
  if ((purpose === 'earlier' || purpose === 'part') && next.newest !== undefined)
    return andBefore(shown, afterRefusal(next, next.newest, nowMs, setting));
  return andBefore(shown, end(purpose === 'newest' ? { ...next, retry: undefined } : next, nowMs));
};

const onFailed = (before: FollowerState, step: Step, error: unknown, nowMs: number, setting: FollowerSetting): Next => {
  const isDoubtful = before.isDoubtful || (step.do === 'open' && step.wasDoubtful) || error instanceof MissedChangesError;
  const state = { ...before, isDoubtful };
  const { newest } = state;
  if (step.do === 'open' && newest !== undefined)
    switch (step.purpose.for) {
      case 'newest': {
        const refused = { ...state, retry: failedAgain(state.retry, newest.number, nowMs), refusal: error };
        return state.served === undefined ? only({ ...refused, step: { do: 'list' } }) : afterRefusal(refused, newest, nowMs, setting);
      }
      case 'earlier':
        return only(openFirst(state, newest, step.purpose.others));
      case 'part':
        return afterRefusal(state, newest, nowMs, setting);
      case 'doubt':
        break;
    }
  return endFailed(state, error, nowMs, setting);
};

const onAdvanced = (state: FollowerState, served: Served, isChanged: boolean, isMended: boolean, nowMs: number): Next => {
  // Until it is read anew, answers go on saying what they lack.
  if (isMended) return end({ ...state, isDoubtful: true, isAskedAgain: true }, nowMs);
  return andBefore(isChanged ? [{ say: 'show', served }] : [], end(state, nowMs));
};

const onReport = (state: FollowerState, step: Step, event: Report, nowMs: number, setting: FollowerSetting): Next => {
  switch (event.is) {
    case 'found':
      return onFound(state, event.publication, nowMs, setting);
    case 'listed':
      return state.newest === undefined
        ? end(state, nowMs)
        : only(openFirst(state, state.newest, earlierThan(state.newest, event.publications)));
    case 'opened':
      return onOpened(state, step, event.served, nowMs, setting);
    case 'advanced':
      return step.do === 'advance' ? onAdvanced(state, step.served, event.isChanged, event.isMended, nowMs) : end(state, nowMs);
    case 'failed':
      return onFailed(state, step, event.error, nowMs, setting);
  }
};

/** The state after an event. What reports on a step reports on the one that the state has. */
export const next = (state: FollowerState, event: FollowerEvent, nowMs: number, setting: FollowerSetting): Next => {
  const { step, isStopped } = state;
  if (event.is === 'asked') return only(isStopped ? state : step === undefined ? begin(state, nowMs) : { ...state, isAskedAgain: true });
  if (event.is === 'doubted') return only({ ...state, isDoubtful: true });
  if (event.is === 'stopped') {
    const stopped = { ...state, isStopped: true };
    return step === undefined ? rest(stopped, nowMs) : only(stopped);
  }
  if (step === undefined) return only(state);
  const after = onReport(state, step, event, nowMs, setting);
  return isStopped && after.state.step !== undefined ? andBefore(after.notices, rest(after.state, nowMs)) : after;
};

/**
 * For how long it has not been seen what is in the stores, in milliseconds. Between two polls, and while one takes a while, nothing is amiss.
 * @param graceMs for which a poll may take longer than usual.
 */
export const blindMs = ({ trouble, lastGoodMs }: FollowerState, nowMs: number, graceMs: number, { pollMs }: FollowerSetting): number => {
  const sinceMs = nowMs - lastGoodMs;
  return trouble !== undefined || sinceMs > pollMs + graceMs ? Math.max(0, sinceMs) : 0;
};
