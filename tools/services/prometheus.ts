/** Prometheus with promtool, from Debian's package. It asks the three processes of Rushes at their usual ports, and knows the rules of this repository. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { alertmanager } from './alertmanager.ts';
import { missingForDebianPackages, unpackPackages } from './debian-packages.ts';
import { isHttpOk } from './http-ready.ts';
import type { Service } from './service.ts';

const VERSION = '2.42.0';
const CONFIGURATION = 'prometheus.yml';
const RULES = join(import.meta.dirname, '..', '..', 'ops', 'prometheus', 'rules', '*.yaml');

/** Checks rules and plays their tests. */
export const promtoolIn = (installed: string): string => join(installed, 'usr', 'bin', 'promtool');

/** Whom it asks unless it is told otherwise: processes as docs/deploy.md starts them. JSON is YAML. */
const USUAL = [
  'global: { scrape_interval: 15s, evaluation_interval: 15s }',
  `rule_files: [${JSON.stringify(RULES)}]`,
  `alerting: { alertmanagers: [{ static_configs: [{ targets: ['127.0.0.1:${alertmanager.port}'] }] }] }`,
  'scrape_configs:',
  ...Object.entries({ serving: 8080, speed: 9464, batch: 9465 }).map(
    ([job, port]) => `  - { job_name: ${job}, static_configs: [{ targets: ['127.0.0.1:${port}'] }] }`,
  ),
];

export const prometheus: Service = {
  name: 'prometheus',
  version: VERSION,
  port: 28_090,
  ports: 1,
  variable: 'TEST_PROMETHEUS',
  address: (port) => `http://127.0.0.1:${port}`,
  settings: () => ({}),
  missing: missingForDebianPackages,
  install: (folder) => unpackPackages([`prometheus=${VERSION}*`], folder, false),
  prepare: ({ folder, settings = USUAL }) => writeFile(join(folder, CONFIGURATION), `${settings.join('\n')}\n`),
  launch: ({ folder, port }, installed) => ({
    command: join(installed, 'usr', 'bin', 'prometheus'),
    args: [
      `--config.file=${join(folder, CONFIGURATION)}`,
      `--storage.tsdb.path=${join(folder, 'data')}`,
      '--storage.tsdb.retention.time=1d',
      `--web.listen-address=127.0.0.1:${port}`,
      // What fires before Alertmanager is found is told soon after, not a minute later.
      '--rules.alert.resend-delay=5s',
    ],
  }),
  isReady: ({ port }) => isHttpOk(`http://127.0.0.1:${port}/-/ready`),
};
