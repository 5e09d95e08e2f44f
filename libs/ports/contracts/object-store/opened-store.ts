import type { ObjectStore } from '@rushes/ports';

export interface OpenedObjectStore {
  /** A store without objects. */
  readonly store: ObjectStore;
  /** The same store, opened again: as another process sees it. */
  readonly reopen: () => Promise<ObjectStore>;
  readonly dispose: () => Promise<void>;
}

export const collect = async <Item>(items: AsyncIterable<Item>): Promise<Item[]> => {
  const collected: Item[] = [];
  for await (const item of items) collected.push(item);
  return collected;
};
