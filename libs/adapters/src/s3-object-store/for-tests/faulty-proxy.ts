/** What only a network does, in front of a server: an HTTP proxy that loses, delays, cuts and changes what tests tell it to. */
import { createServer, type IncomingMessage, request as sendRequest, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface SeenRequest {
  readonly method: string;
  /** With the query. */
  readonly path: string;
  readonly headers: IncomingMessage['headers'];
}

/** What is done to one request. */
export type Fault =
  /** The server acts, its answer is lost. */
  | { readonly kind: 'lose' }
  /** The server never hears of it. */
  | { readonly kind: 'answer'; readonly status: number; readonly body?: string; readonly headers?: Readonly<Record<string, string>> }
  /** The answer ends after so many bytes of its body; `meanwhile` happens before. */
  | { readonly kind: 'cut'; readonly at: number; readonly meanwhile?: () => Promise<unknown> }
  /** One byte of the answer's body is another one. */
  | { readonly kind: 'corrupt'; readonly at: number }
  /** One byte of the request's body is another one. */
  | { readonly kind: 'corruptRequest'; readonly at: number }
  /** After so many bytes of the body nothing comes any more; without `at` no answer begins. */
  | { readonly kind: 'stall'; readonly at?: number };

export interface FaultyProxy {
  readonly endpoint: string;
  readonly seen: SeenRequest[];
  /** Asked at each request; `undefined`: it goes through. */
  faultOf: (request: SeenRequest) => Fault | undefined;
  readonly close: () => Promise<void>;
}

/** An error as S3 tells it. */
export const s3Error = (status: number, code: string): Fault => ({
  kind: 'answer',
  status,
  body: `<?xml version="1.0" encoding="UTF-8"?><Error><Code>${code}</Code><Message>made by a test</Message></Error>`,
});

/** The first `times` requests that fit get the fault. */
export const firstOf = (times: number, fits: (request: SeenRequest) => boolean, fault: Fault): FaultyProxy['faultOf'] => {
  let left = times;
  return (request) => (left > 0 && fits(request) && left-- > 0 ? fault : undefined);
};

const bodyOf = async (message: IncomingMessage): Promise<Buffer> => {
  const parts: Buffer[] = [];
  for await (const part of message as AsyncIterable<Buffer>) parts.push(part); // as: without an encoding bodies are bytes
  return Buffer.concat(parts);
};

interface Answer {
  readonly status: number;
  readonly headers: IncomingMessage['headers'];
  readonly body: Buffer;
}

const forward = (target: URL, { method, url, rawHeaders }: IncomingMessage, body: Buffer): Promise<Answer> =>
  new Promise((resolve, reject) => {
    // The host is signed: it stays that of the proxy.
    const sent = sendRequest({ host: target.hostname, port: target.port, method, path: url, headers: rawHeaders }, (answer) => {
      bodyOf(answer).then((received) => resolve({ status: answer.statusCode ?? 0, headers: answer.headers, body: received }), reject);
    });
    sent.on('error', reject);
    sent.end(body);
  });

const flip = (body: Buffer, at: number): void => {
  if (at < body.length) body.writeUInt8(body.readUInt8(at) ^ 1, at);
};

const handle = async (target: URL, message: IncomingMessage, response: ServerResponse, fault: Fault | undefined): Promise<void> => {
  const body = await bodyOf(message);
  if (fault?.kind === 'answer') {
    response
      .writeHead(fault.status, { 'content-type': 'application/xml', ...fault.headers })
      .end(message.method === 'HEAD' ? '' : fault.body);
    return;
  }
  if (fault?.kind === 'stall' && fault.at === undefined) return;
  if (fault?.kind === 'corruptRequest') flip(body, fault.at);
  const answer = await forward(target, message, body);
  if (fault?.kind === 'lose') {
    response.destroy();
    return;
  }
  if (fault?.kind === 'corrupt') flip(answer.body, fault.at);
  response.writeHead(answer.status, answer.headers);
  if (fault?.kind !== 'cut' && fault?.kind !== 'stall') {
    response.end(answer.body);
    return;
  }
  await new Promise<void>((resolve) => {
    response.write(answer.body.subarray(0, fault.at), () => resolve());
  });
  if (fault.kind === 'stall') return;
  await fault.meanwhile?.();
  response.destroy();
};

export const startFaultyProxy = async (target: string): Promise<FaultyProxy> => {
  const seen: SeenRequest[] = [];
  const server = createServer((message, response) => {
    const request: SeenRequest = { method: message.method ?? '', path: message.url ?? '', headers: message.headers };
    seen.push(request);
    handle(new URL(target), message, response, proxy.faultOf(request)).catch(() => response.destroy());
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  const proxy: FaultyProxy = {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, // as: it listens on a port
    seen,
    faultOf: () => undefined,
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => {
        server.close(resolve);
      });
    },
  };
  return proxy;
};
