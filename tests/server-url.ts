import type { Server } from 'node:net';

/** Listens on a free port of the loopback address, and says where that is. */
export const serverUrl = async (server: Server): Promise<string> => {
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', resolve);
  });
  const address = server.address();
  if (typeof address !== 'object' || address === null) throw new Error('a server without a port');
  return `http://127.0.0.1:${address.port}`;
};
