/** Versity Gateway: an S3 server over a folder. */
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';

import { isHttpOk } from './http-ready.ts';
import type { Service } from './service.ts';
import { isInstalled, runTool } from './tools.ts';

const VERSION = '1.8.0';

/** Of the servers that tests use, which hold nothing. */
export const TEST_S3_KEY = 'rushes-test';
export const TEST_S3_SECRET = 'rushes-test-secret';

/** Made with the server, since Rushes makes none: of this server a bucket is a folder. */
const BUCKET = 'rushes';

export const s3: Service = {
  name: 's3',
  version: VERSION,
  port: 28_333,
  ports: 1,
  variable: 'TEST_S3',
  address: (port) => `http://127.0.0.1:${port}`,
  settings: (port) => ({
    RUSHES_OBJECTS_URL: `s3://${BUCKET}/lake`,
    RUSHES_S3_ENDPOINT: `http://127.0.0.1:${port}`,
    AWS_ACCESS_KEY_ID: TEST_S3_KEY,
    AWS_SECRET_ACCESS_KEY: TEST_S3_SECRET,
    AWS_REGION: 'us-east-1',
  }),
  missing: () =>
    isInstalled('go', 'version')
      ? undefined
      : 'it is built from its Go module, and there is no `go` on the path (Debian: apt-get install golang)',
  install: (folder) =>
    runTool('go', ['install', '-trimpath', '-ldflags=-s -w', `github.com/versity/versitygw/cmd/versitygw@v${VERSION}`], { GOBIN: folder }),
  async prepare({ folder }) {
    // What S3 keeps of an object beside its bytes lies in a folder of its own: not every file system has extended attributes.
    for (const name of [join('objects', BUCKET), 'metadata']) await mkdir(join(folder, name), { recursive: true });
  },
  launch: ({ folder, port, settings = [] }, installed) => ({
    command: join(installed, 'versitygw'),
    args: [
      '--port',
      `127.0.0.1:${port}`,
      '--region',
      'us-east-1',
      '--keep-alive',
      '--quiet',
      '--health',
      '/healthz',
      ...settings,
      'posix',
      '--sidecar',
      join(folder, 'metadata'),
      join(folder, 'objects'),
    ],
    env: { ROOT_ACCESS_KEY_ID: TEST_S3_KEY, ROOT_SECRET_ACCESS_KEY: TEST_S3_SECRET },
  }),
  isReady: ({ port }) => isHttpOk(`http://127.0.0.1:${port}/healthz`),
};
