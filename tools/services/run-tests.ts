/**
 * The tests that need real servers. Those that do not run yet are started for them, and removed when the tests have ended, however they end. What cannot be
 * had on this machine is told, and what needs it is skipped.
 *
 *     npm run test:services                          all of them
 *     npm run test:services -- libs/adapters/src/x   vitest's arguments
 */
import { spawn } from 'node:child_process';

import { installed } from './installed.ts';
import { pidIn, removeService, startService } from './run-service.ts';
import { TEST_POSTGRES_PASSWORD, TEST_POSTGRES_USER } from './postgres.ts';
import { TEST_S3_KEY, TEST_S3_SECRET } from './s3.ts';
import { type Service, ServiceError } from './service.ts';
import { SERVICES, sharedInstance } from './services.ts';

const say = (text: string): void => void process.stdout.write(`${text}\n`);

const started: Service[] = [];
const removeStarted = async (): Promise<void> => {
  for (const service of started.splice(0).toReversed()) await removeService(sharedInstance(service).folder);
};

/** Why a server cannot be had here; it is fetched if it is not there yet. */
const whyMissing = (service: Service): Promise<string | undefined> =>
  installed(service, say).then(
    () => undefined,
    (error: unknown) => {
      if (!(error instanceof ServiceError)) throw error;
      return error.message;
    },
  );

/** The variables by which tests find the servers; one that is not there has none. */
const startAll = async (): Promise<Readonly<Record<string, string>>> => {
  const addresses: Record<string, string> = {};
  for (const service of SERVICES) {
    const elsewhere = service.elsewhere === undefined ? undefined : process.env[service.elsewhere];
    if (elsewhere !== undefined) {
      addresses[service.variable] = elsewhere;
      continue;
    }
    const instance = sharedInstance(service);
    const missing = await whyMissing(service);
    if (missing !== undefined) {
      say(`skipped: tests on ${service.name}: ${missing}`);
      continue;
    }
    if ((await pidIn(instance.folder)) === undefined) started.push(service);
    await startService(service, instance, say);
    addresses[service.variable] = service.address(instance.port);
  }
  return addresses;
};

/** Ends as the tests do. Ctrl-C reaches them by the terminal; what asks this process to end is passed on. */
const runTests = (addresses: Readonly<Record<string, string>>): Promise<number> =>
  new Promise((resolve, reject) => {
    const keys = { AWS_ACCESS_KEY_ID: TEST_S3_KEY, AWS_SECRET_ACCESS_KEY: TEST_S3_SECRET, AWS_REGION: 'us-east-1' };
    const login = { TEST_POSTGRES_USER, TEST_POSTGRES_PASSWORD };
    const child = spawn(process.execPath, ['node_modules/.bin/vitest', 'run', '--passWithNoTests', ...process.argv.slice(2)], {
      stdio: 'inherit',
      env: { ...process.env, ...keys, ...login, ...addresses, TEST_SERVICES: 'yes' },
    });
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => void child.kill(signal));
    child.on('error', reject);
    child.on('close', (code) => resolve(code ?? 1));
  });

try {
  process.exitCode = await runTests(await startAll());
} finally {
  await removeStarted();
}
