/** Batch, speed and serving layer as processes on servers of their own, as somebody deploys them. */
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { writeFilmSample } from '@rushes/sources';

import { createWriterKey, startProcess, type StartedProcess } from '../processes/started-process.ts';
import { createBucket } from '../../tools/services/create-bucket.ts';
import { type OwnServers, S3_KEYS } from './own-servers.ts';

export interface Apps {
  /** What every process is told: where its stores are. */
  readonly variables: Readonly<Record<string, string>>;
  /** A key by which ratings are posted. */
  readonly key: string;
  /** Starts one of `apps/*`. */
  readonly start: (
    app: 'batch' | 'speed' | 'serving' | 'rushes',
    more?: Readonly<Record<string, string>>,
    args?: readonly string[],
  ) => StartedProcess;
  /** One batch run; resolves with its exit code. */
  readonly run: () => Promise<number | null>;
  /** Log lines of requests that failed by a fault of the program, of all processes so far. */
  readonly faults: () => readonly string[];
  /** Ends all that run, and removes their folder. */
  readonly dispose: () => Promise<void>;
}

/** Errors of stores: what is answered with 503. */
const OF_STORES = /"type":"(?:StoreUnavailable|WriteInDoubtError|StoreFault|ArtefactDamagedError)"/;

export const startApps = async (servers: OwnServers): Promise<Apps> => {
  const folder = mkdtempSync(join(tmpdir(), 'rushes-apps-'));
  const started: StartedProcess[] = [];
  const name = `t${randomBytes(4).toString('hex')}`;
  await createBucket(servers.address('s3'), name);
  const variables: Readonly<Record<string, string>> = {
    ...Object.assign({}, ...servers.names.map((one) => servers.settings(one))),
    ...S3_KEYS,
    RUSHES_DATA: join(folder, 'data'),
    RUSHES_IMDB: join(folder, 'sample'),
    RUSHES_OBJECTS_URL: `s3://${name}/lake`,
    RUSHES_PORT: '0',
    RUSHES_BATCH_INTERVAL_MINUTES: '600',
    RUSHES_RATE_LIMIT_PER_MINUTE: '0',
    RUSHES_THREADS: '1',
  };
  const start: Apps['start'] = (app, more = {}, args = []) => {
    const one = startProcess(`apps/${app}/src/main.ts`, { ...variables, ...more }, args);
    started.push(one);
    return one;
  };
  const dispose = async (): Promise<void> => {
    for (const one of started) {
      one.send('SIGCONT');
      await one.end('SIGKILL');
    }
    rmSync(folder, { recursive: true, force: true });
  };
  try {
    await writeFilmSample(join(folder, 'sample'));
    return {
      variables,
      key: await createWriterKey((args) => start('rushes', {}, args)),
      start,
      async run() {
        const one = start('batch', { RUSHES_BATCH_MODE: 'once' });
        const code = await one.ended;
        if (code !== 0) process.stderr.write(`${one.output()}\n`);
        return code;
      },
      faults: () =>
        started.flatMap((one) =>
          one
            .output()
            .split('\n')
            .filter((line) => line.includes('"msg":"request failed"') && !OF_STORES.test(line)),
        ),
      dispose,
    };
  } catch (error) {
    await dispose();
    throw error;
  }
};
