/** Bytes on a socket, as no client library would send them. */
import { connect, type Socket } from 'node:net';

export const open = (url: string): Promise<Socket> =>
  new Promise((resolve, reject) => {
    const { hostname, port } = new URL(url);
    const socket = connect(Number(port), hostname, () => resolve(socket));
    socket.on('error', reject);
  });

/** All that comes until the other side ends the connection. */
export const readAll = (socket: Socket): Promise<string> =>
  new Promise((resolve) => {
    let text = '';
    socket.on('data', (bytes) => (text += bytes.toString('latin1')));
    // A reset ends it as well: what came before counts.
    socket.on('error', () => {});
    socket.on('close', () => resolve(text));
  });

export interface RawAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

export const parseAnswer = (text: string): RawAnswer => {
  const end = text.indexOf('\r\n\r\n');
  const [first = '', ...lines] = text.slice(0, end).split('\r\n');
  const headers = Object.fromEntries(
    lines.map((line) => [line.slice(0, line.indexOf(':')).toLowerCase(), line.slice(line.indexOf(':') + 1).trim()]),
  );
  return { status: Number(first.split(' ')[1]), headers, body: text.slice(end + 4) };
};

/** What one request is answered with. */
export const exchange = async (url: string, bytes: string): Promise<RawAnswer> => {
  const socket = await open(url);
  const all = readAll(socket);
  socket.write(bytes);
  return parseAnswer(await all);
};
