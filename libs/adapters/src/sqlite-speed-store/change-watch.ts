/**
 * Listeners for changes. They hear of the store's own writes at once, and of what other connections commit by the file's data version, which is looked
 * at every `pollMs` while somebody listens. Neither keeps the process alive.
 */

export interface ChangeWatch {
  /** From now on; returns what ends that. */
  add(listener: () => void): () => void;
  /** Tells the listeners, after the caller's own work. */
  notify(): void;
  close(): void;
}

/** @param dataVersion differs whenever another connection has committed in between. */
export const watchChanges = (dataVersion: () => unknown, pollMs: number): ChangeWatch => {
  const listeners = new Set<{ readonly call: () => void }>();
  let timer: NodeJS.Timeout | undefined;
  let isTelling = false;

  const notify = (): void => {
    if (isTelling || listeners.size === 0) return;
    isTelling = true;
    queueMicrotask(() => {
      isTelling = false;
      for (const { call } of listeners) queueMicrotask(call);
    });
  };
  const stop = (): void => {
    clearInterval(timer);
    timer = undefined;
  };
  /** What can be read first is new if this could not. */
  const versionNow = (): unknown => {
    try {
      return dataVersion();
    } catch {
      return undefined;
    }
  };
  const start = (): void => {
    let seen = versionNow();
    const look = (): void => {
      try {
        const version = dataVersion();
        if (version === seen) return;
        seen = version;
        notify();
      } catch {
        // The file cannot be read: whoever reads now is told why.
        notify();
      }
    };
    timer = setInterval(look, pollMs).unref();
  };

  return {
    add(listener) {
      const entry = { call: () => listeners.has(entry) && listener() };
      if (listeners.size === 0) start();
      listeners.add(entry);
      return () => {
        listeners.delete(entry);
        if (listeners.size === 0) stop();
      };
    },
    notify,
    close() {
      listeners.clear();
      stop();
    },
  };
};
