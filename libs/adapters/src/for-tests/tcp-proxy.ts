/** A network between a client and a server that loses or keeps back what a test says. */
import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

/** `lose`: what is sent is gone. `hold`: it arrives once the way passes again. */
export type Way = 'pass' | 'lose' | 'hold';

export interface TestProxy {
  readonly contactPoint: string;
  requests(way: Way): void;
  answers(way: Way): void;
  /** Breaks all connections; new ones are let through. */
  cut(): void;
  close(): Promise<void>;
}

export const startProxy = async (target: string): Promise<TestProxy> => {
  const [host = '', port = ''] = target.split(':');
  const ways = { requests: 'pass' as Way, answers: 'pass' as Way };
  const sockets = new Set<Socket>();
  let held: (() => void)[] = [];
  const relay = (from: Socket, to: Socket, direction: keyof typeof ways): void => {
    sockets.add(from);
    from.on('data', (chunk) => {
      const send = (): void => {
        if (!to.destroyed) to.write(chunk);
      };
      if (ways[direction] === 'pass') send();
      else if (ways[direction] === 'hold') held.push(send);
    });
    from.on('error', () => undefined);
    from.on('close', () => {
      sockets.delete(from);
      to.destroy();
    });
  };
  const server = createServer((client) => {
    const upstream = connect(Number(port), host);
    relay(client, upstream, 'requests');
    relay(upstream, client, 'answers');
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const set = (direction: keyof typeof ways, way: Way): void => {
    ways[direction] = way;
    if (way !== 'pass') return;
    const waiting = held;
    held = [];
    for (const send of waiting) send();
  };
  const cut = (): void => {
    held = [];
    for (const socket of sockets) socket.destroy();
  };
  return {
    contactPoint: `127.0.0.1:${(server.address() as AddressInfo).port}`, // as: it listens on a port
    requests: (way) => set('requests', way),
    answers: (way) => set('answers', way),
    cut,
    async close() {
      cut();
      server.close();
      await once(server, 'close');
    },
  };
};
