/** Connections of the load generator: plain sockets, on each one request at a time. */
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';

import { answerReader } from './answer-reader.ts';

export interface Connection {
  /** @param onEnd is told the status once the answer is there, `undefined` if the connection broke before. */
  send(request: Buffer, onEnd: (status: number | undefined) => void): void;
}

const READ_BYTES = 64 * 1024;
/** Fewer than a server may leave waiting to be accepted, which is 511 with Node. */
const OPENED_AT_ONCE = 100;

/** All sockets are read into this one: what is read is looked at before the next read. */
const shared = Buffer.allocUnsafe(READ_BYTES);

const open = (hostname: string, port: number): { readonly connection: Connection; readonly connected: Promise<unknown> } => {
  let underWay: ((status: number | undefined) => void) | undefined;
  const end = (status: number | undefined): void => {
    const onEnd = underWay;
    underWay = undefined;
    onEnd?.(status);
  };
  const dial = (): Socket => {
    const read = answerReader(end);
    const socket = connect({
      host: hostname,
      port,
      noDelay: true,
      onread: {
        buffer: shared,
        callback: (length, buffer) => {
          read(Buffer.from(buffer.buffer, buffer.byteOffset, length));
          return true;
        },
      },
    });
    socket.on('error', () => undefined); // `close` follows
    socket.once('close', () => end(undefined));
    return socket;
  };
  let socket = dial();
  return {
    connected: once(socket, 'connect'),
    connection: {
      send: (request, onEnd) => {
        if (socket.destroyed || !socket.writable) socket = dial();
        underWay = onEnd;
        socket.write(request);
      },
    },
  };
};

/** Opens connections that dial anew when the server has closed them. @throws if one cannot be opened. */
export const openConnections = async (url: string, count: number): Promise<readonly Connection[]> => {
  const { hostname, port } = new URL(url);
  const connections: Connection[] = [];
  while (connections.length < count) {
    const some = Array.from({ length: Math.min(OPENED_AT_ONCE, count - connections.length) }, () => open(hostname, Number(port)));
    await Promise.all(some.map(({ connected }) => connected));
    connections.push(...some.map(({ connection }) => connection));
  }
  return connections;
};

/** The bytes of a request for each path, in turn and without end. */
export const requestsInTurn = (url: string, paths: readonly string[]): (() => Buffer) => {
  const { host } = new URL(url);
  const requests = paths.map((path) => Buffer.from(`GET ${path} HTTP/1.1\r\nhost: ${host}\r\n\r\n`));
  let at = 0;
  return () => {
    const request = requests[at++ % requests.length];
    if (request === undefined) throw new Error('there is nothing to ask for');
    return request;
  };
};
