/** Stores of a process that dies at a moment that can be chosen: whatever it calls from then on fails, what would tidy up included. */

/** How many more calls, and items of what is streamed, until the process is dead. */
export interface Life {
  left: number;
}
export class Killed extends Error {}
const live = (life: Life): void => {
  if (life.left-- <= 0) throw new Killed('killed');
};

const isStream = (value: unknown): value is AsyncIterable<unknown> =>
  typeof value === 'object' && value !== null && Symbol.asyncIterator in value;

const streamed = async function* (life: Life, items: AsyncIterable<unknown>): AsyncGenerator {
  for await (const item of items) {
    live(life);
    yield item;
  }
};

/** The same store for a process that dies: nothing it calls from then on is done. */
export const mortal = <Store extends object>(life: Life, store: Store): Store =>
  Object.fromEntries(
    Object.entries(store).map(([name, member]: [string, unknown]) => {
      if (typeof member !== 'function') return [name, member];
      return [
        name,
        (...args: readonly unknown[]) => {
          if (name !== 'close') live(life);
          const result = (member as (...given: readonly unknown[]) => unknown)(...args); // as: a method of the store
          return isStream(result) ? streamed(life, result) : result;
        },
      ];
    }),
  ) as Store; // as: each member as it was
