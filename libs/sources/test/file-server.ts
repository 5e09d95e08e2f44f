/** A server of static files for tests, with tags, ranges and conditions, as S3 and CloudFront have them. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface ServedFile {
  body: Buffer;
  etag: string;
  /** As the header has it. */
  lastModified?: string;
}

/** What the server does with a request instead of answering it as it should; `undefined`: it answers. */
export type Trouble = (request: IncomingMessage, response: ServerResponse, file: ServedFile) => 'answered' | undefined;

export interface SeenRequest {
  readonly path: string;
  readonly range: string | undefined;
  readonly ifRange: string | undefined;
}

export interface FileServer {
  /** Without a slash at the end. */
  readonly baseUrl: string;
  /** By path. */
  readonly files: Map<string, ServedFile>;
  readonly requests: SeenRequest[];
  trouble: Trouble;
  stop(): Promise<void>;
}

/** Listens on 127.0.0.1, on any free port. */
export const startFileServer = async (files: Map<string, ServedFile>): Promise<FileServer> => {
  const requests: SeenRequest[] = [];
  const server = createServer((request, response) => {
    const path = request.url ?? '';
    const { range, 'if-range': ifRange, 'if-none-match': ifNoneMatch } = request.headers;
    requests.push({ path, range, ifRange: typeof ifRange === 'string' ? ifRange : undefined });
    const file = files.get(path);
    if (!file) response.writeHead(404).end('no such file');
    else if (running.trouble(request, response, file) === undefined) {
      const { body, etag, lastModified } = file;
      const version = { etag, ...(lastModified === undefined ? {} : { 'last-modified': lastModified }) };
      const from = range !== undefined && ifRange === etag ? Number(/^bytes=(\d+)-$/.exec(range)?.[1]) : undefined;
      if (ifNoneMatch === etag) response.writeHead(304, { etag }).end();
      else if (from === undefined) response.writeHead(200, { ...version, 'content-length': body.length }).end(body);
      else if (from >= body.length) response.writeHead(416, { 'content-range': `bytes */${body.length}` }).end();
      else
        response
          .writeHead(206, {
            ...version,
            'content-length': body.length - from,
            'content-range': `bytes ${from}-${body.length - 1}/${body.length}`,
          })
          .end(body.subarray(from));
    }
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  const { port } = server.address() as AddressInfo; // as: it listens on TCP
  const running: FileServer = {
    baseUrl: `http://127.0.0.1:${port}`,
    files,
    requests,
    trouble: () => undefined,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
  return running;
};
