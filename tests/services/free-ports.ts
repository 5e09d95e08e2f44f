import { createServer } from 'node:net';

/** Below what systems give to connections that ask for no port. */
const [LOWEST_PORT, HIGHEST_PORT] = [12_000, 30_000];

const isFree = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const server = createServer().once('error', () => resolve(false));
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)));
  });

/** The first of so many ports in a row that nobody listens on. */
export const freePorts = async (count: number): Promise<number> => {
  for (;;) {
    const first = LOWEST_PORT + Math.floor(Math.random() * (HIGHEST_PORT - LOWEST_PORT));
    const free = await Promise.all(Array.from({ length: count }, (_, n) => isFree(first + n)));
    if (free.every(Boolean)) return first;
  }
};
