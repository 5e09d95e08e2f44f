/**
 * The way from a pod to the API server. Its network reaches nothing of the host; so a process inside it begins to listen on its own loopback address, hands what it
 * listens on to this one, and ends. It is closed with the pod, and leads nowhere while the API server is away.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { type AddressInfo, connect, type Server, type Socket } from 'node:net';

export interface ApiWay {
  /** On 127.0.0.1 inside the pod. */
  readonly port: number;
  readonly close: () => void;
}

const LISTEN = `const server = require('node:net').createServer().listen(0, '127.0.0.1', () => process.send(server.address(), server, () => process.exit()));`;

/** @param network a file that stands for the pod's network. @param target address of the API server here. */
export const openApiWay = async (network: string, target: { readonly host: string; readonly port: number }): Promise<ApiWay> => {
  const child = spawn('nsenter', [`--net=${network}`, process.execPath, '-e', LISTEN], { stdio: ['ignore', 'ignore', 'inherit', 'ipc'] });
  const ended = once(child, 'exit').then(([code]) =>
    Promise.reject(new Error(`no way to the API server: nsenter ended with ${String(code)}`)),
  );
  const [address, server] = (await Promise.race([once(child, 'message'), ended])) as [AddressInfo, Server]; // as: what the lines above send
  ended.catch(() => undefined); // it has done its work
  const open = new Set<Socket>();
  server.on('connection', (inside: Socket) => {
    const outside = connect(target);
    for (const [socket, other] of [
      [inside, outside],
      [outside, inside],
    ] as const) {
      open.add(socket);
      socket.on('error', () => undefined);
      socket.on('close', () => {
        open.delete(socket);
        other.destroy();
      });
      socket.pipe(other);
    }
  });
  return {
    port: address.port,
    close() {
      server.close();
      for (const socket of open) socket.destroy();
    },
  };
};
