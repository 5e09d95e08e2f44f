/**
 * Any port as if it stood behind a network: `counted` counts its round trips, `delayed` lets the answer to each take a while. A call that returns a
 * promise is a round trip, and so is each step of an asynchronous iteration; what returns at once is none. What a call hands out that has methods of its
 * own (an open artefact) is treated like the port.
 */
import { setTimeout } from 'node:timers/promises';

/** Stands between the caller and the result of a call that has just begun. */
type Around = <T>(method: string, result: Promise<T>) => Promise<T>;

/** Round trips of the ports that are counted by it. */
export interface RoundTrips {
  /** Calls since the last reset. */
  readonly total: () => number;
  /** The same by method; calls of something that `open` handed out are named `open.get` and the like. */
  readonly byMethod: () => Readonly<Record<string, number>>;
  /**
   * The longest sequence of calls of which each began after the one before it had ended, in calls: how long all of it takes at least, in round trips.
   * Calls that are under way together count as one.
   */
  readonly longestChain: () => number;
  /** Begins again at 0. Calls that are under way do not count any more. */
  readonly reset: () => void;
}

interface Counter extends RoundTrips {
  readonly around: Around;
}

/** Several ports may share it: a chain then leads through all of them. */
export const countRoundTrips = (): Counter => {
  const calls = new Map<string, number>();
  let chain = { longest: 0, ended: 0 };
  return {
    total: () => [...calls.values()].reduce((sum, count) => sum + count, 0),
    byMethod: () => Object.fromEntries(calls),
    longestChain: () => chain.longest,
    reset: () => {
      calls.clear();
      chain = { longest: 0, ended: 0 };
    },
    around: async (method, result) => {
      const within = chain;
      const length = within.ended + 1;
      within.longest = Math.max(within.longest, length);
      calls.set(method, (calls.get(method) ?? 0) + 1);
      try {
        return await result;
      } finally {
        within.ended = Math.max(within.ended, length);
      }
    },
  };
};

const hasMethods = (value: unknown): value is object =>
  typeof value === 'object' && value !== null && Object.values(value).some((member) => typeof member === 'function');

const isAsyncIterable = (value: unknown): value is AsyncIterable<unknown> =>
  typeof value === 'object' && value !== null && Symbol.asyncIterator in value;

const wrapIteration = (iterable: AsyncIterable<unknown>, method: string, around: Around): AsyncIterable<unknown> => ({
  [Symbol.asyncIterator]: () => {
    const steps = iterable[Symbol.asyncIterator]();
    return {
      next: () => around(method, steps.next()),
      return: async () => (await steps.return?.()) ?? { done: true, value: undefined },
    };
  },
});

const wrap = <Port extends object>(port: Port, prefix: string, around: Around): Port =>
  new Proxy(port, {
    get: (target, name) => {
      const member: unknown = Reflect.get(target, name);
      if (typeof member !== 'function' || typeof name !== 'string') return member;
      const method = prefix + name;
      return (...args: unknown[]): unknown => {
        const result: unknown = Reflect.apply(member, target, args);
        if (isAsyncIterable(result)) return wrapIteration(result, method, around);
        if (!(result instanceof Promise)) return result;
        return around(method, result).then((value: unknown) => (hasMethods(value) ? wrap(value, `${method}.`, around) : value));
      };
    },
  });

/** The port with its round trips counted in `trips`. */
export const counted = <Port extends object>(port: Port, trips: Counter): Port => wrap(port, '', trips.around);

/**
 * The port with every answer on its way for a while, failures too: so many milliseconds, or until `delay` resolves. The store does at once what it is
 * asked; only the caller learns of it later, and what it learns may be out of date by then.
 */
export const delayed = <Port extends object>(port: Port, delay: number | (() => Promise<void>)): Port =>
  wrap(port, '', async (_method, result) => {
    const [outcome] = await Promise.allSettled([result]);
    await (typeof delay === 'number' ? setTimeout(delay) : delay());
    if (outcome.status === 'rejected') throw outcome.reason;
    return outcome.value;
  });
