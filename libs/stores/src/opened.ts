/** Things that were opened one after the other. */
interface Closable {
  close(): Promise<void>;
}

export interface Opened {
  /** Adds what was opened, to be closed with the rest. */
  readonly add: <Store extends Closable>(store: Store) => Store;
  /** Closes all of it, the last opened first. */
  readonly close: () => Promise<void>;
}

/** Opens several things, or none: what was opened is closed again if a later one cannot be. */
export const openTogether = async <Stores>(open: (opened: Opened) => Promise<Stores>): Promise<Stores> => {
  const list: Closable[] = [];
  const opened: Opened = {
    add(store) {
      list.push(store);
      return store;
    },
    async close() {
      for (const one of list.toReversed()) await one.close();
    },
  };
  try {
    return await open(opened);
  } catch (error) {
    await opened.close();
    throw error;
  }
};
