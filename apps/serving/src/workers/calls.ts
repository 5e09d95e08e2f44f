/**
 * Calls between the main process and a worker, over the channel that Node opened between them. Invariants: a call has one outcome; those that are made in
 * one round of the event loop travel in one message, since a message costs more than a call; what is under way when the channel closes fails.
 */

/** `ChildProcess` and `process` as they are. */
export interface Channel {
  readonly connected: boolean;
  send?(message: unknown, callback: (error: Error | null) => void): unknown;
  on(event: 'message', listener: (message: unknown) => void): unknown;
  on(event: 'disconnect', listener: () => void): unknown;
}

type Call = readonly [id: number, method: string, args: readonly unknown[]];
type Outcome = readonly [id: number, isDone: boolean, result: unknown];

interface Message {
  readonly calls: readonly Call[];
  readonly outcomes: readonly Outcome[];
}

interface Waiting {
  readonly resolve: (result: unknown) => void;
  readonly reject: (error: Error) => void;
}

/** What one side lets the other call. Arguments and results are plain data. */
type Methods = Readonly<Record<string, (...args: readonly unknown[]) => Promise<unknown>>>;

/** Calls of the other side, as if its methods were here. @param own an object of methods that the other side may call. */
export const connect = (channel: Channel, own: object): unknown => {
  const methods = own as Methods; // as: what the other side's type says of it
  const waiting = new Map<number, Waiting>();
  let calls: Call[] = [];
  let outcomes: Outcome[] = [];
  let lastId = 0;

  const closed = (): Error => new Error('the channel to the other process is closed');
  const flush = (): void => {
    const message: Message = { calls, outcomes };
    calls = [];
    outcomes = [];
    // Who waits is told when the channel closes.
    if (channel.connected) channel.send?.(message, () => {});
  };
  const soon = (): void => {
    if (calls.length + outcomes.length === 0) setImmediate(flush);
  };
  const answer = async ([id, method, args]: Call): Promise<void> => {
    let outcome: Outcome;
    try {
      const called = Object.hasOwn(methods, method) ? methods[method] : undefined;
      if (called === undefined) throw new Error(`there is nothing called ${method} to call`);
      outcome = [id, true, await called(...args)];
    } catch (error) {
      outcome = [id, false, error instanceof Error ? error.message : String(error)];
    }
    soon();
    outcomes.push(outcome);
  };

  channel.on('message', (received) => {
    const message = received as Message; // as: nobody else has the channel's other end
    for (const [id, isDone, result] of message.outcomes) {
      const entry = waiting.get(id);
      waiting.delete(id);
      if (isDone) entry?.resolve(result);
      else entry?.reject(new Error(String(result)));
    }
    for (const call of message.calls) void answer(call);
  });
  channel.on('disconnect', () => {
    for (const { reject } of waiting.values()) reject(closed());
    waiting.clear();
  });

  const call = (method: string, args: readonly unknown[]): Promise<unknown> => {
    if (!channel.connected) return Promise.reject(closed());
    return new Promise((resolve, reject) => {
      lastId += 1;
      waiting.set(lastId, { resolve, reject });
      soon();
      calls.push([lastId, method, args]);
    });
  };
  return new Proxy(
    {},
    {
      get:
        (_target, name) =>
        (...args: readonly unknown[]) =>
          call(String(name), args),
    },
  );
};
