/**
 * The tests that need real servers. Those that do not run yet are started for them, and removed when the tests have ended, however they end; so is what tests start
 * themselves. What cannot be had on this machine is told, and what needs it is skipped.
 *
 *     npm run test:services                          all of them
 *     npm run test:services -- libs/adapters/src/x   vitest's arguments
 */
import { installed } from './installed.ts';
import { startGuard } from './guard.ts';
import { pidIn, startService } from './run-service.ts';
import { TEST_POSTGRES_PASSWORD, TEST_POSTGRES_USER } from './postgres.ts';
import { TEST_S3_KEY, TEST_S3_SECRET } from './s3.ts';
import { type Service, ServiceError } from './service.ts';
import { SERVICES, sharedInstance } from './services.ts';

const say = (text: string): void => void process.stdout.write(`${text}\n`);

const guard = await startGuard();

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
    if ((await pidIn(instance.folder)) === undefined) guard.add(instance.folder);
    await startService(service, instance, say);
    addresses[service.variable] = service.address(instance.port);
  }
  return addresses;
};

try {
  const addresses = await startAll();
  const keys = { AWS_ACCESS_KEY_ID: TEST_S3_KEY, AWS_SECRET_ACCESS_KEY: TEST_S3_SECRET, AWS_REGION: 'us-east-1' };
  const login = { TEST_POSTGRES_USER, TEST_POSTGRES_PASSWORD };
  const args = ['node_modules/.bin/vitest', 'run', '--passWithNoTests', ...process.argv.slice(2)];
  process.exitCode = await guard.run(args, { ...keys, ...login, ...addresses, TEST_SERVICES: 'yes' });
} catch (error) {
  if (!(error instanceof ServiceError)) throw error;
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 1;
} finally {
  await guard.end();
}
