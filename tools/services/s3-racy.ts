/** s3s-fs: a second S3 server, on which several racers win one conditional put. What needs exactly one winner has to refuse it. */
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';

import { isHttpOk } from './http-ready.ts';
import { TEST_S3_KEY, TEST_S3_SECRET } from './s3.ts';
import type { Service } from './service.ts';
import { isInstalled, runTool } from './tools.ts';

const VERSION = '0.14.1';
const FORBIDDEN = 403;

export const racyS3: Service = {
  name: 's3-racy',
  version: VERSION,
  port: 28_334,
  ports: 1,
  variable: 'TEST_S3_RACY',
  address: (port) => `http://127.0.0.1:${port}`,
  // Nobody should use it.
  settings: () => ({}),
  missing: () =>
    isInstalled('cargo')
      ? undefined
      : 'it is built from its crate, and there is no `cargo` on the path (rustup.rs, or Debian: apt-get install cargo)',
  install: (folder) =>
    runTool('cargo', ['install', `s3s-fs@${VERSION}`, '--locked', '--features', 'binary', '--root', folder, '--quiet'], {
      CARGO_PROFILE_RELEASE_LTO: 'off',
      CARGO_PROFILE_RELEASE_OPT_LEVEL: '1',
    }),
  prepare: async ({ folder }) => void (await mkdir(join(folder, 'objects'), { recursive: true })),
  launch: ({ folder, port }, installed) => ({
    command: join(installed, 'bin', 's3s-fs'),
    args: [
      '--host',
      '127.0.0.1',
      '--port',
      String(port),
      '--access-key',
      TEST_S3_KEY,
      '--secret-key',
      TEST_S3_SECRET,
      join(folder, 'objects'),
    ],
  }),
  // Whoever has not signed is refused, by a server that answers.
  isReady: ({ port }) => isHttpOk(`http://127.0.0.1:${port}/`, (status) => status < 300 || status === FORBIDDEN),
};
