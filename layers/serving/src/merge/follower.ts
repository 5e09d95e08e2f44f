/**
 * What a replica does next to serve the newest publication and the newest events: a state, and a pure function from what happened to the next state.
 * Invariants: there is one step at a time, so work on the stores never overlaps; what is served changes only once all that replaces it is open; whatever
 * fails, the publication before goes on being served, and goes on following the events; a poll that failed is not a good one, and what changed since the
 * last good one is not known.
 */
import type { Publication } from '@rushes/ports';

import type { FollowerEvent, FollowerState, Notice, Purpose, Report, Step } from './follower-state.ts';
import { LostProgressError, MissedChangesError } from './overlay/overlay.ts';
import type { Served } from './prepare.ts';
import { failedAgain, isDue } from './retry-times.ts';

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
  isWhole: true,
  lastWholeMs: nowMs,
});

/** A poll that only applies change records, where nothing else is to be done. */
const beginWithChanges = (state: FollowerState, nowMs: number): FollowerState => {
  const { served, isDoubtful, trouble, begun } = state;
  if (served?.overlay === undefined || isDoubtful || trouble !== undefined) return begin(state, nowMs);
  return {
    ...state,
    step: { do: 'advance', served, overlay: served.overlay, isHeardEnough: true },
    begun: begun + 1,
    beganMs: nowMs,
    isWhole: false,
  };
};

/** After a poll: the next one if it was asked for; at the end, nothing is served any more. */
const rest = (state: FollowerState, nowMs: number): Next => {
  const rested: FollowerState = { ...state, step: undefined, ended: state.begun };
  if (!rested.isStopped) return only(rested.isAskedAgain ? begin(rested, nowMs) : rested);
  const { served } = rested;
  return served === undefined ? only(rested) : only({ ...rested, served: undefined }, { say: 'release', served });
};

const end = (state: FollowerState, nowMs: number): Next => {
  const trouble = isNewestServed(state) ? undefined : state.refusal;
  if (!state.isWhole) return rest({ ...state, trouble }, nowMs);
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
  return served?.overlay === undefined
    ? end(state, nowMs)
    : only({ ...state, step: { do: 'advance', served, overlay: served.overlay, isHeardEnough: false } });
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

/** The overlay does not fit the store any more. */
const isOutdated = (error: unknown): boolean => error instanceof MissedChangesError || error instanceof LostProgressError;

const onFailed = (before: FollowerState, step: Step, error: unknown, nowMs: number, setting: FollowerSetting): Next => {
  const isDoubtful = before.isDoubtful || (step.do === 'open' && step.wasDoubtful) || isOutdated(error);
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
  if (event.is === 'heard') return only(isStopped || step !== undefined ? state : beginWithChanges(state, nowMs));
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
