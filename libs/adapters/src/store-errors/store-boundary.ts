/**
 * The outermost layer of every adapter. Invariant: what the operating system or SQLite says leaves it as one of the ports' errors, with the location and
 * the operation's name; all else (answers that the port names, wrong arguments) leaves it as it is.
 */
import { storeFailure, type StoreIdentity } from './store-failure.ts';

async function* relay(items: AsyncIterable<unknown>, explain: (error: unknown) => unknown): AsyncGenerator {
  try {
    yield* items;
  } catch (error) {
    throw explain(error);
  }
}

/** Runs one operation of a store. */
export const atBoundary = async <Result>(store: StoreIdentity, operation: string, work: () => Promise<Result>): Promise<Result> => {
  try {
    return await work();
  } catch (error) {
    throw storeFailure(error, store, operation);
  }
};

const guarded =
  (store: StoreIdentity, operation: string, method: (...args: readonly unknown[]) => unknown) =>
  (...args: readonly unknown[]): unknown => {
    const explain = (error: unknown): unknown => storeFailure(error, store, operation);
    let result: unknown;
    try {
      result = method(...args);
    } catch (error) {
      throw explain(error);
    }
    if (result instanceof Promise)
      return result.catch((error: unknown) => {
        throw explain(error);
      });
    return typeof result === 'object' && result !== null && Symbol.asyncIterator in result
      ? relay(result as AsyncIterable<unknown>, explain) // as: it has an iterator
      : result;
  };

/** The same store, whose operations throw the ports' errors. Methods must not need `this`. */
export const storeBoundary = <Store extends object>(store: Store, identity: StoreIdentity): Store =>
  Object.fromEntries(
    Object.entries(store).map(([name, member]) => [
      name,
      typeof member === 'function' ? guarded(identity, name, member as (...args: readonly unknown[]) => unknown) : (member as unknown), // as: arguments go through unseen
    ]),
  ) as Store; // as: every member has kept its type
