/**
 * Alertmanager, from Debian's package: it takes the alerts of Prometheus, and tells nobody but who asks it. Debian's looks for its template below /usr/share
 * alone; so it is started in a namespace in which the package's folder lies there.
 */
import { spawnSync } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { missingForDebianPackages, unpackPackages } from './debian-packages.ts';
import { isHttpOk } from './http-ready.ts';
import type { Service } from './service.ts';

const VERSION = '0.25.0';
const CONFIGURATION = 'alertmanager.yml';
const OWN_SHARE = 'mount --bind "$0/usr/share" /usr/share && exec "$0/usr/bin/prometheus-alertmanager" "$@"';
const NAMESPACE = ['--user', '--map-root-user', '--mount'];

export const alertmanager: Service = {
  name: 'alertmanager',
  version: VERSION,
  port: 28_093,
  ports: 1,
  variable: 'TEST_ALERTMANAGER',
  address: (port) => `http://127.0.0.1:${port}`,
  settings: () => ({}),
  missing: () =>
    missingForDebianPackages() ??
    (spawnSync('unshare', [...NAMESPACE, 'true']).status === 0
      ? undefined
      : 'it needs a namespace of its own, which this system lets this user not have (`unshare --user --map-root-user --mount`)'),
  install: (folder) => unpackPackages([`prometheus-alertmanager=${VERSION}*`], folder, false),
  prepare: ({ folder, settings = ['route: { receiver: none, group_wait: 1s, group_interval: 2s }', 'receivers: [{ name: none }]'] }) =>
    writeFile(join(folder, CONFIGURATION), `${settings.join('\n')}\n`),
  launch: ({ folder, port }, installed) => ({
    command: 'unshare',
    args: [
      ...NAMESPACE,
      'sh',
      '-c',
      OWN_SHARE,
      installed,
      `--config.file=${join(folder, CONFIGURATION)}`,
      `--storage.path=${join(folder, 'data')}`,
      `--web.listen-address=127.0.0.1:${port}`,
      // Alone: it opens no port to others of its kind.
      '--cluster.listen-address=',
    ],
  }),
  isReady: ({ port }) => isHttpOk(`http://127.0.0.1:${port}/-/ready`),
};
