import { mkdtemp, readdir, readFile, rm, stat, truncate, writeFile } from 'node:fs/promises';
import type { ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';
import { IMDB_DATASET_NAMES } from '@rushes/domain';
import { silentLogger, silentProgress, TerminalError, TransientError, UsageError } from '@rushes/runtime';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type FileServer, type ServedFile, startFileServer, type Trouble } from '../../test/file-server.ts';
import { downloadDatasets } from './download-datasets.ts';

/** Bytes that do not shrink when packed, so that every file has some size. */
const noise = (seed: number, length: number): Buffer => {
  let state = seed;
  return Buffer.from(Uint8Array.from({ length }, () => (state = (Math.imul(state, 1103515245) + 12345) >>> 0) >>> 24));
};

const FIRST = '/title.basics.tsv.gz';

let folder: string;
let server: FileServer;

/** Resolves when so much of the first file has been kept. */
const kept = async (bytes: number): Promise<void> => {
  const size = async (): Promise<number> => (await stat(join(folder, `${FIRST}.part`)).catch(() => undefined))?.size ?? 0;
  while ((await size()) < bytes) await setTimeout(5);
};

/** Of the first file come `bytes` bytes at most, in the first `times` requests for it: then `end` happens to the connection. */
const cutOff =
  (times: number, bytes: number, end: (response: ServerResponse) => void = (response) => response.destroy()): Trouble =>
  (request, response, { body, etag }) => {
    if (request.url !== FIRST || times-- <= 0) return undefined;
    const from = Number(/\d+/.exec(request.headers.range ?? '0')?.[0]);
    const range = { 'content-range': `bytes ${from}-${body.length - 1}/${body.length}` };
    response.writeHead(from > 0 ? 206 : 200, { etag, 'content-length': body.length - from, ...(from > 0 ? range : {}) });
    response.flushHeaders();
    response.write(body.subarray(from, bytes));
    void kept(bytes).then(() => end(response));
    return 'answered';
  };

const signal = new AbortController().signal;
const download = (options: { readonly signal?: AbortSignal; readonly stallMs?: number; readonly base?: string } = {}) =>
  downloadDatasets(
    { folder, baseUrl: options.base ?? server.baseUrl, retryDelayMs: 1, stallMs: options.stallMs ?? 5_000 },
    { progress: silentProgress, logger: silentLogger, signal: options.signal ?? signal },
  );
const failure = (promise: Promise<unknown>): Promise<unknown> =>
  promise.then(
    () => undefined,
    (error: unknown) => error,
  );
const stored = (path = FIRST): ServedFile => {
  const file = server.files.get(path);
  if (!file) throw new Error(`the test's server has no ${path}`);
  return file;
};
const local = (name = FIRST): Promise<Buffer> => readFile(join(folder, name));

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'rushes-download-'));
  const file = (index: number): ServedFile => ({ body: gzipSync(noise(index + 1, 40_000)), etag: `"v1-${index}"` });
  server = await startFileServer(new Map(IMDB_DATASET_NAMES.map((name, index) => [`/${name}.tsv.gz`, file(index)])));
});

afterEach(async () => {
  await server.stop();
  await rm(folder, { recursive: true, force: true });
});

describe('what is there and what is not', () => {
  test('fetches all seven files, one after the other, and leaves nothing half done', async () => {
    const report = await download();
    expect(report.map(({ dataset, outcome }) => [dataset, outcome])).toEqual(IMDB_DATASET_NAMES.map((name) => [name, 'fetched']));
    for (const { dataset, bytes } of report) {
      const { body } = stored(`/${dataset}.tsv.gz`);
      expect(bytes).toBe(body.length);
      expect((await local(`${dataset}.tsv.gz`)).equals(body)).toBe(true);
    }
    expect(server.requests.map(({ path }) => path)).toEqual(IMDB_DATASET_NAMES.map((name) => `/${name}.tsv.gz`));
    expect((await readdir(folder)).filter((name) => name.includes('.part'))).toEqual([]);
  });

  test('does not fetch again what has not changed', async () => {
    await download();
    stored().body = gzipSync('a new version');
    stored().etag = '"v2"';
    const report = await download();
    expect(report.map(({ outcome }) => outcome)).toEqual(['fetched', ...Array<string>(6).fill('unchanged')]);
    expect(report[0]?.bytes).toBe(stored().body.length);
    expect((await local()).equals(stored().body)).toBe(true);
  });

  test('fetches again what is not as it was fetched', async () => {
    await download();
    await truncate(join(folder, FIRST), 100);
    const [first] = await download();
    expect(first?.outcome).toBe('fetched');
    expect((await local()).equals(stored().body)).toBe(true);
  });

  test('a folder in the address may end with a slash or not', async () => {
    expect(await download({ base: `${server.baseUrl}/` })).toHaveLength(7);
  });
});

describe('interruptions', () => {
  test('goes on where the connection broke off; the file is as old as the server says', async () => {
    stored().lastModified = 'Fri, 30 Jan 2026 12:34:56 GMT';
    server.trouble = cutOff(1, 10_000);
    const [first] = await download();
    expect(first).toEqual({ dataset: 'title.basics', outcome: 'resumed', bytes: stored().body.length });
    expect(server.requests[1]).toMatchObject({ path: FIRST, range: 'bytes=10000-', ifRange: '"v1-0"' });
    expect((await local()).equals(stored().body)).toBe(true);
    expect((await stat(join(folder, FIRST))).mtimeMs).toBe(Date.parse('2026-01-30T12:34:56Z'));
  });

  test('goes on in the next call after giving up, and says that it will', async () => {
    server.trouble = cutOff(Infinity, 10_000);
    const error = await failure(download());
    expect(error).toBeInstanceOf(TransientError);
    expect(error).toMatchObject({ hint: expect.stringContaining('goes on') as string });
    expect(await readdir(folder)).not.toContain('title.basics.tsv.gz');
    server.trouble = () => undefined;
    const [first] = await download();
    expect(first?.outcome).toBe('resumed');
    expect((await local()).equals(stored().body)).toBe(true);
  });

  test('begins again when the file changed in between', async () => {
    server.trouble = cutOff(1, 10_000, (response) => {
      server.files.set(FIRST, { body: gzipSync(noise(99, 30_000)), etag: '"v2"' });
      response.destroy();
    });
    const [first] = await download();
    expect(server.requests[1]).toMatchObject({ range: 'bytes=10000-', ifRange: '"v1-0"' });
    expect(first?.outcome).toBe('fetched');
    expect((await local()).equals(stored().body)).toBe(true);
  });

  test('begins again when the tag does not promise the same bytes', async () => {
    stored().etag = 'W/"v1"';
    server.trouble = cutOff(1, 10_000);
    const [first] = await download();
    expect(server.requests[1]).toMatchObject({ path: FIRST, range: undefined });
    expect(first?.outcome).toBe('fetched');
  });

  test('completes a part that has all its bytes but not its name', async () => {
    const { body, etag } = stored();
    await writeFile(join(folder, 'title.basics.tsv.gz.part'), body);
    await writeFile(
      join(folder, 'title.basics.tsv.gz.part.origin.json'),
      JSON.stringify({ url: server.baseUrl + FIRST, etag, bytes: body.length }),
    );
    const [first] = await download();
    expect(server.requests[0]?.range).toBe(`bytes=${body.length - 1}-`);
    expect(first?.outcome).toBe('resumed');
    expect((await local()).equals(body)).toBe(true);
  });

  test('cuts off what stands behind the end of the file', async () => {
    const { body, etag } = stored();
    await writeFile(join(folder, 'title.basics.tsv.gz.part'), Buffer.concat([body, noise(3, 500)]));
    await writeFile(
      join(folder, 'title.basics.tsv.gz.part.origin.json'),
      JSON.stringify({ url: server.baseUrl + FIRST, etag, bytes: body.length }),
    );
    await download();
    expect((await local()).equals(body)).toBe(true);
  });

  test('discards a part that is longer than the file, and begins again', async () => {
    await writeFile(join(folder, 'title.basics.tsv.gz.part'), noise(5, 90_000));
    await writeFile(
      join(folder, 'title.basics.tsv.gz.part.origin.json'),
      JSON.stringify({ url: server.baseUrl + FIRST, etag: stored().etag }),
    );
    const [first] = await download();
    expect(first?.outcome).toBe('fetched');
    expect((await local()).equals(stored().body)).toBe(true);
  });

  test('does not wait for ever for a silent server', async () => {
    server.trouble = cutOff(1, 5_000, () => undefined);
    await download({ stallMs: 2_000 });
    expect(server.requests.filter(({ path }) => path === FIRST)).toHaveLength(2);
    expect((await local()).equals(stored().body)).toBe(true);
  });

  test('tries again what the server could not do', async () => {
    let busy = 3;
    server.trouble = (_request, response) => {
      if (busy-- <= 0) return undefined;
      response.writeHead(503).end();
      return 'answered';
    };
    expect((await download())[0]?.outcome).toBe('fetched');
  });

  test('never takes a file for complete that is shorter than the server said', async () => {
    server.trouble = cutOff(Infinity, stored().body.length - 10);
    expect(await failure(download())).toBeInstanceOf(TransientError);
    expect(await readdir(folder)).not.toContain('title.basics.tsv.gz');
  });

  test('asks for the rest when the server sends less than it was asked for', async () => {
    const cut = cutOff(1, 10_000);
    let short = 1;
    server.trouble = (request, response, file) => {
      if (request.headers.range !== 'bytes=10000-' || short-- <= 0) return cut(request, response, file);
      const { body, etag } = file;
      response
        .writeHead(206, { etag, 'content-length': 5_000, 'content-range': `bytes 10000-14999/${body.length}` })
        .end(body.subarray(10_000, 15_000));
      return 'answered';
    };
    await download();
    expect(server.requests[2]).toMatchObject({ path: FIRST, range: 'bytes=15000-' });
    expect((await local()).equals(stored().body)).toBe(true);
  });

  test('stops when it is told to, and keeps what has come', async () => {
    const controller = new AbortController();
    server.trouble = cutOff(1, 7_000, () => controller.abort());
    expect(await failure(download({ signal: controller.signal }))).toMatchObject({ name: 'AbortError' });
    expect((await local('title.basics.tsv.gz.part')).equals(stored().body.subarray(0, 7_000))).toBe(true);
    expect((await download())[0]?.outcome).toBe('resumed');
  });
});

describe('what trying again does not cure', () => {
  test('a file that the server does not have: asked for once', async () => {
    server.files.delete(FIRST);
    const error = await failure(download());
    expect(error).toBeInstanceOf(TerminalError);
    expect(error).toMatchObject({
      message: `${server.baseUrl}${FIRST} was answered with status 404`,
      hint: expect.stringContaining('--base-url') as string,
    });
    expect(server.requests).toHaveLength(1);
  });

  test('no server: says that there is no network, and what works without', async () => {
    await server.stop();
    const error = await failure(download());
    expect(error).toBeInstanceOf(TerminalError);
    expect(error).toMatchObject({
      message: expect.stringContaining('no network') as string,
      hint: expect.stringContaining('npm start') as string,
    });
  });

  test('a page instead of the file', async () => {
    stored().body = Buffer.from('<html>please log in</html>');
    expect(await failure(download())).toMatchObject({ name: 'TerminalError', message: expect.stringContaining('no gzip file') as string });
    expect(await readdir(folder)).toEqual([]);
  });

  test('an address that is none, or that fetch does not go to', async () => {
    expect(await failure(download({ base: 'ftp://127.0.0.1/' }))).toBeInstanceOf(UsageError);
    expect(await failure(download({ base: 'http://127.0.0.1:9/' }))).toMatchObject({ name: 'TerminalError', hint: 'check the address' });
  });
});

describe('redirects', () => {
  const redirect =
    (location: string): Trouble =>
    (request, response) => {
      if (request.url !== FIRST) return undefined;
      response.writeHead(302, { location }).end();
      return 'answered';
    };

  test('are followed', async () => {
    server.files.set('/elsewhere/file.gz', { body: gzipSync('elsewhere'), etag: '"e"' });
    server.trouble = redirect('/elsewhere/file.gz');
    await download();
    expect((await local()).equals(stored('/elsewhere/file.gz').body)).toBe(true);
  });

  test('but not for ever', async () => {
    server.trouble = redirect(FIRST);
    expect(await failure(download())).toMatchObject({
      name: 'TerminalError',
      message: expect.stringContaining('more than 5 times') as string,
    });
    expect(server.requests).toHaveLength(6);
  });

  test('and not out of HTTP', async () => {
    server.trouble = redirect('file:///etc/hostname');
    expect(await failure(download())).toMatchObject({ name: 'TerminalError', message: expect.stringContaining('not followed') as string });
  });
});
