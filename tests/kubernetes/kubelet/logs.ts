/** What containers say, for `kubectl logs`: the API server asks the node's port for it. */
import { createReadStream, existsSync } from 'node:fs';
import { createServer, type Server } from 'node:https';
import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import { readFile, stat } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';

export interface LogSource {
  /** The file of the start that runs, or ran last. */
  readonly file: string;
  readonly previousFile: string | undefined;
  /** Whether more may come. */
  readonly isOpen: () => boolean;
}

/** How soon what is said is passed on to those who follow. */
export const LOOK_MS = 100;
/** `/containerLogs/NAMESPACE/POD/CONTAINER` */
const PATH = /^\/containerLogs\/([^/]+)\/([^/]+)\/([^/]+)$/;

/** Where the last lines of a text begin. */
const startOfTail = (bytes: Buffer, lines: number): number => {
  let at = bytes.length;
  for (let n = 0; n <= lines && at > 0; n++) at = bytes.lastIndexOf(10, at - 1);
  return at < 0 ? 0 : at === 0 ? 0 : at + 1;
};

const send = async (response: ServerResponse, { file, isOpen }: LogSource, query: URLSearchParams): Promise<void> => {
  const tail = query.get('tailLines');
  let at = tail === null ? 0 : startOfTail(await readFile(file), Number(tail));
  response.writeHead(200, { 'content-type': 'text/plain' });
  response.flushHeaders();
  for (;;) {
    const isLast = query.get('follow') !== 'true' || !isOpen();
    const { size } = await stat(file);
    if (size > at) {
      const stream = createReadStream(file, { start: at, end: size - 1 });
      stream.pipe(response, { end: false });
      await once(stream, 'end');
      at = size;
    }
    if (isLast || response.destroyed) break;
    await sleep(LOOK_MS);
  }
  response.end();
};

/** @param find the logs of a container by namespace, pod and name. */
export const serveLogs = async (
  identity: { readonly key: Buffer; readonly cert: Buffer },
  find: (namespace: string, pod: string, container: string) => LogSource | undefined,
): Promise<Server> => {
  const server = createServer(identity, (request, response) => {
    const { pathname, searchParams } = new URL(request.url ?? '/', 'https://node');
    const [, namespace = '', pod = '', container = ''] = PATH.exec(pathname) ?? [];
    const found = find(namespace, pod, container);
    const file = searchParams.get('previous') === 'true' ? found?.previousFile : found?.file;
    if (found === undefined || file === undefined || !existsSync(file)) {
      response.writeHead(404).end('there are no such logs\n');
      return;
    }
    send(response, { ...found, file }, searchParams).catch(() => response.destroy()); // as when the pod goes meanwhile
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return server;
};
