/** Apicurio Registry, which speaks the protocol of Confluent's schema registry. What is registered lies in a file, so it outlives the process. */
import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';

import { fetchFromMaven } from './maven.ts';
import { type Service, ServiceError } from './service.ts';
import { findJava, missingForJava, runTool } from './tools.ts';

const VERSION = '3.3.3';
const OLDEST_JAVA = 21;
const fits = (major: number): boolean => major >= OLDEST_JAVA;
const ANSWER_MS = 2_000;

const api = (port: number): string => `http://127.0.0.1:${port}/apis/ccompat/v7`;

export const registry: Service = {
  name: 'registry',
  version: VERSION,
  port: 28_081,
  ports: 2,
  variable: 'TEST_REGISTRY',
  address: api,
  settings: (port) => ({ RUSHES_KAFKA_REGISTRY_URL: api(port) }),
  missing: () => missingForJava(`${OLDEST_JAVA} or newer`, fits),
  async install(folder) {
    const download = join(folder, 'download');
    const archive = { group: 'io.apicurio', artifact: 'apicurio-registry-app', version: VERSION, classifier: 'all', type: 'tar.gz' };
    await fetchFromMaven([{ ...archive, without: ['*:*'] }], download);
    const [name] = await readdir(download);
    if (name === undefined) throw new ServiceError('Maven has fetched nothing');
    await runTool('tar', ['xzf', join(download, name), '-C', folder]);
    await rm(download, { recursive: true });
  },
  prepare: async () => {},
  launch({ folder, port, settings = [] }, installed) {
    const java = findJava(fits);
    if (java === undefined) throw new ServiceError('there is no Java for the registry any more');
    const properties = [
      'quarkus.http.host=127.0.0.1',
      `quarkus.http.port=${port}`,
      'quarkus.management.host=127.0.0.1',
      `quarkus.management.port=${port + 1}`,
      'apicurio.storage.kind=sql',
      'apicurio.storage.sql.kind=h2',
      `apicurio.datasource.url=jdbc:h2:file:${join(folder, 'registry')}`,
      ...settings,
    ];
    return {
      command: java,
      args: [
        '-Xmx384m',
        '-XX:+UseSerialGC',
        '-XX:TieredStopAtLevel=1',
        ...properties.map((line) => `-D${line}`),
        '-jar',
        join(installed, 'quarkus-run.jar'),
      ],
    };
  },
  /** Left to itself Apicurio takes any change; the protocol's default is BACKWARD. */
  async isReady({ port }) {
    try {
      const answer = await fetch(`${api(port)}/config`, {
        method: 'PUT',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ compatibility: 'BACKWARD' }),
        signal: AbortSignal.timeout(ANSWER_MS),
      });
      await answer.body?.cancel();
      return answer.ok;
    } catch {
      return false;
    }
  },
};
