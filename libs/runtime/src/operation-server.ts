/** What whoever operates a process asks it for, where it serves nothing else: `GET /metrics`, `/health/live` and `/health/ready`. */
import { createServer, type ServerResponse } from 'node:http';

import { cachedCheck, type CheckState } from './cached-check.ts';
import { TerminalError } from './errors.ts';
import { guardServer, type ServerBounds, timeoutOptions } from './guarded-server.ts';
import { gaugeComponents, type Registry } from './metrics.ts';

export interface OperationServer {
  /** Where it listens, with the port it really got. */
  readonly url: string;
  close(): Promise<void>;
}

/**
 * What a process needs to do its work, by name. It decides `/health/ready` and nothing else: a process whose event loop turns is alive, whatever else
 * fails, and starting it again would mend nothing.
 */
export interface Needs {
  /** Known without asking anybody. */
  readonly conditions?: Readonly<Record<string, () => boolean>>;
  /** Asked of somebody, at most every few seconds; each rejects where what is asked is not there. */
  readonly checks?: Readonly<Record<string, () => Promise<unknown>>>;
}

export interface OperationServerOptions {
  readonly host: string;
  /** 0 takes a free one. */
  readonly port: number;
  readonly metrics: Registry;
  readonly needs: Needs;
  /** Told when connections are refused. */
  readonly onTrouble: (message: string, error?: Error) => void;
  readonly bounds?: ServerBounds;
  /** Milliseconds of a clock that nobody sets; the process's by default. */
  readonly elapsedMs?: () => number;
}

/** A scraper and a probe: nobody else asks. */
const BOUNDS: ServerBounds = { maxConnections: 100, headersTimeoutMs: 10_000, requestTimeoutMs: 10_000 };

const answer = (response: ServerResponse, status: number, type: string, body: string): void =>
  void response.writeHead(status, { 'content-type': type, 'cache-control': 'no-store', 'x-content-type-options': 'nosniff' }).end(body);

const answerStatus = (response: ServerResponse, isOk: boolean, components: object = {}): void =>
  answer(response, isOk ? 200 : 503, 'application/json', JSON.stringify({ status: isOk ? 'ok' : 'unavailable', ...components }));

/** @throws TerminalError if the port cannot be had. */
export const startOperationServer = async ({
  host,
  port,
  metrics,
  needs,
  onTrouble,
  bounds = BOUNDS,
  elapsedMs = () => performance.now(),
}: OperationServerOptions): Promise<OperationServer> => {
  const conditions = Object.entries(needs.conditions ?? {});
  const checks = Object.entries(needs.checks ?? {}).map(([name, check]) => [name, cachedCheck({ check, elapsedMs })] as const);
  const statesNow = async (): Promise<readonly (readonly [string, CheckState])[]> => [
    ...conditions.map(([name, holds]) => [name, holds() ? 'ok' : 'failing'] as const),
    ...(await Promise.all(checks.map(async ([name, check]) => [name, await check.state()] as const))),
  ];
  gaugeComponents(metrics, async () => (await statesNow()).map(([name, state]) => [name, state === 'ok'] as const));
  const answerReady = async (response: ServerResponse): Promise<void> => {
    const states = await statesNow();
    const components = Object.fromEntries(states.map(([name, status]) => [name, { status }]));
    answerStatus(
      response,
      states.every(([, state]) => state === 'ok'),
      { components },
    );
  };
  const respond = async (method: string | undefined, path: string, response: ServerResponse): Promise<void> => {
    const isKnown = ['/metrics', '/health/live', '/health/ready'].includes(path);
    if (!isKnown) return answer(response, 404, 'text/plain', 'There are /metrics, /health/live and /health/ready.\n');
    if (method !== 'GET' && method !== 'HEAD') return answer(response.setHeader('allow', 'GET, HEAD'), 405, 'text/plain', 'GET it.\n');
    if (path === '/metrics') return answer(response, 200, metrics.contentType, await metrics.metrics());
    if (path === '/health/live') return answerStatus(response, true);
    return answerReady(response);
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
