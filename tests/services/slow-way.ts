/** A way to a server that takes as long as a test says. */
import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

export interface SlowWay {
  readonly address: string;
  /** So many milliseconds each way from now on. */
  readonly delay: (milliseconds: number) => void;
  readonly close: () => Promise<void>;
}

export const slowWay = async (target: string): Promise<SlowWay> => {
  const [host = '', port = ''] = target.split(':');
  let delayMs = 0;
  const sockets = new Set<Socket>();
  const relay = (from: Socket, to: Socket): void => {
    sockets.add(from);
    from.on('data', (chunk) => {
      const send = (): void => {
        if (!to.destroyed) to.write(chunk);
      };
      if (delayMs === 0) send();
      else setTimeout(send, delayMs);
    });
    from.on('error', () => undefined);
    from.on('close', () => {
      sockets.delete(from);
      to.destroy();
    });
  };
  const server = createServer((client) => {
    const upstream = connect(Number(port), host);
    relay(client, upstream);
    relay(upstream, client);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    address: `127.0.0.1:${(server.address() as AddressInfo).port}`, // as: it listens on a port
    delay: (milliseconds) => {
      delayMs = milliseconds;
    },
    async close() {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
};
