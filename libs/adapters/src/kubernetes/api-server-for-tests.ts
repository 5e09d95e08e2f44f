/** A server that answers as a test says, in the place of an API server. */
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

import { KubeConfig } from '@kubernetes/client-node';

import { type Cluster, clusterOf } from './cluster.ts';

export type { V1Job } from '@kubernetes/client-node';

export interface StubRequest {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly body: unknown;
}

export interface StubServer {
  readonly cluster: Cluster;
  readonly requests: readonly StubRequest[];
  readonly close: () => Promise<void>;
}

type Answer = (request: StubRequest, response: ServerResponse) => void | Promise<void>;

const bodyOf = async (request: IncomingMessage): Promise<unknown> => {
  let text = '';
  for await (const part of request) text += String(part);
  return text === '' ? undefined : JSON.parse(text);
};

export const sendJson = (response: ServerResponse, code: number, body: unknown): void => {
  response.writeHead(code, { 'content-type': 'application/json' }).end(JSON.stringify(body));
};

/** As the API server refuses something. */
export const sendStatus = (response: ServerResponse, code: number, message: string): void =>
  sendJson(response, code, { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Failure', code, message });

export const startStub = async (answer: Answer): Promise<StubServer> => {
  const requests: StubRequest[] = [];
  const server = createServer((incoming, response) => {
    void (async () => {
      const { pathname, searchParams } = new URL(incoming.url ?? '/', 'http://stub');
      const request = { method: incoming.method ?? 'GET', path: pathname, query: searchParams, body: await bodyOf(incoming) };
      requests.push(request);
      await answer(request, response);
    })();
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo; // as: it listens on a port
  const config = new KubeConfig();
  config.loadFromClusterAndUser({ name: 'stub', server: `http://127.0.0.1:${port}`, skipTLSVerify: true }, { name: 'test' });
  return {
    cluster: clusterOf(config, 'rushes'),
    requests,
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
};
