/** What whoever operates a process asks it for, where it serves nothing else: `GET /metrics` and `GET /health/live`. */
import { createServer, type ServerResponse } from 'node:http';

import { TerminalError } from './errors.ts';
import { guardServer, type ServerBounds, timeoutOptions } from './guarded-server.ts';
import type { Registry } from './metrics.ts';

export interface OperationServer {
  /** Where it listens, with the port it really got. */
  readonly url: string;
  close(): Promise<void>;
}

export interface OperationServerOptions {
  readonly host: string;
  /** 0 takes a free one. */
  readonly port: number;
  readonly metrics: Registry;
  /** Whether the process does what it is there for, or can be expected to again by itself. */
  readonly isLive: () => boolean;
  /** Told when connections are refused. */
  readonly onTrouble: (message: string, error?: Error) => void;
  readonly bounds?: ServerBounds;
}

/** A scraper and a probe: nobody else asks. */
const BOUNDS: ServerBounds = { maxConnections: 100, headersTimeoutMs: 10_000, requestTimeoutMs: 10_000 };

const answer = (response: ServerResponse, status: number, type: string, body: string): void =>
  void response.writeHead(status, { 'content-type': type, 'cache-control': 'no-store', 'x-content-type-options': 'nosniff' }).end(body);

/** @throws TerminalError if the port cannot be had. */
export const startOperationServer = async ({
  host,
  port,
  metrics,
  isLive,
  onTrouble,
  bounds = BOUNDS,
}: OperationServerOptions): Promise<OperationServer> => {
  const respond = async (method: string | undefined, path: string, response: ServerResponse): Promise<void> => {
    if (path !== '/metrics' && path !== '/health/live')
      return answer(response, 404, 'text/plain', 'There are /metrics and /health/live.\n');
    if (method !== 'GET' && method !== 'HEAD') return answer(response.setHeader('allow', 'GET, HEAD'), 405, 'text/plain', 'GET it.\n');
    if (path === '/metrics') return answer(response, 200, metrics.contentType, await metrics.metrics());
    const live = isLive();
    return answer(response, live ? 200 : 503, 'application/json', JSON.stringify({ status: live ? 'ok' : 'unavailable' }));
  };
  const server = createServer(timeoutOptions(bounds), (request, response) => {
    respond(request.method, (request.url ?? '').split('?')[0] ?? '', response).catch(() => response.destroy());
  });
  guardServer(server, bounds, onTrouble);
  await new Promise<void>((resolve, reject) => {
    server.once('error', (cause) =>
      reject(new TerminalError(`cannot listen on port ${port} of ${host}`, { hint: 'Name another port; 0 takes a free one.', cause })),
    );
    server.listen(port, host, resolve);
  });
  const address = server.address();
  const shownHost = host.includes(':') ? `[${host}]` : host;
  return {
    url: `http://${shownHost}:${typeof address === 'object' && address !== null ? address.port : port}`,
    close: () =>
      new Promise((resolve, reject) => {
        server.close((error) => (error === undefined ? resolve() : reject(error)));
        server.closeAllConnections();
      }),
  };
};
