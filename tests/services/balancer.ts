/**
 * A load balancer as operators have one: it asks each process whether it is ready, sends requests in turn to those that are, and hands over what they say.
 * It repeats nothing: what fails behind it fails for the client.
 */
import { Agent, createServer, request as send, type IncomingMessage, type ServerResponse } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';

import { serverUrl } from '../server-url.ts';

export interface Balancer {
  readonly url: string;
  /** Sends requests to this address too, once it is ready. */
  readonly add: (backend: string) => void;
  readonly remove: (backend: string) => void;
  /** The addresses that are ready. */
  readonly ready: () => readonly string[];
  readonly close: () => Promise<void>;
}

const LOOK_MS = 200;
const READY_MS = 1_000;
/** Headers that belong to one connection. */
const OF_CONNECTION = ['connection', 'keep-alive', 'transfer-encoding'];

export const startBalancer = async (): Promise<Balancer> => {
  const backends = new Map<string, boolean>();
  const agent = new Agent({ keepAlive: true });
  const over = new AbortController();
  let turn = 0;

  const look = async (backend: string): Promise<void> => {
    const status = await fetch(`${backend}/health/ready`, { signal: AbortSignal.timeout(READY_MS) }).then(
      async (response) => {
        await response.arrayBuffer();
        return response.status;
      },
      // Who is late is not gone.
      (error: unknown) => (error instanceof DOMException && error.name === 'TimeoutError' ? undefined : 0),
    );
    if (status !== undefined && backends.has(backend)) backends.set(backend, status === 200);
  };
  const looking = (async () => {
    while (!over.signal.aborted) {
      await Promise.all([...backends.keys()].map(look));
      await sleep(LOOK_MS, undefined, { signal: over.signal }).catch(() => undefined);
    }
  })();
  const ready = (): readonly string[] => [...backends].flatMap(([backend, isReady]) => (isReady ? [backend] : []));

  const handOver = (request: IncomingMessage, response: ServerResponse): void => {
    const able = ready();
    const backend = able[turn++ % Math.max(1, able.length)];
    const fail = (status: number, text: string): void => {
      if (response.headersSent) response.destroy();
      else response.writeHead(status, { 'content-type': 'text/plain' }).end(text);
    };
    if (backend === undefined) return fail(503, 'nobody is ready');
    const headers = Object.fromEntries(Object.entries(request.headers).filter(([name]) => !OF_CONNECTION.includes(name)));
    const passed = send(`${backend}${request.url ?? '/'}`, { method: request.method, headers, agent }, (answer) => {
      const shown = Object.fromEntries(Object.entries(answer.headers).filter(([name]) => !OF_CONNECTION.includes(name)));
      response.writeHead(answer.statusCode ?? 502, shown);
      answer.pipe(response).on('error', () => answer.destroy());
      answer.on('error', () => response.destroy());
    });
    passed.on('error', ({ message }) => fail(502, message));
    response.on('close', () => {
      if (!response.writableFinished) passed.destroy();
    });
    request.pipe(passed);
  };
  const server = createServer(handOver);
  return {
    url: await serverUrl(server),
    add: (backend) => void backends.set(backend, false),
    remove: (backend) => void backends.delete(backend),
    ready,
    async close() {
      over.abort();
      await looking;
      agent.destroy();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
};
