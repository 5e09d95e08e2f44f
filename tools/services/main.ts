/**
 * The real servers that Rushes can use, on this machine, without containers: for developers and tests. They listen on the loopback address alone.
 *
 *     npm run services -- up [NAME…]       starts them, fetches them first where they are not there; all but Kubernetes and Trino if none is named
 *     npm run services -- status [NAME…]
 *     npm run services -- logs NAME…       the end of what they said
 *     npm run services -- down [NAME…]     ends them and removes their data; what was fetched stays for the next time
 *     npm run services -- env              the variables by which Rushes uses them, for a shell's `eval`
 */
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';

import { isInstalledHere } from './installed.ts';
import { logFile, pidIn, removeService, startService } from './run-service.ts';
import { type Service, ServiceError } from './service.ts';
import { BY_NAME, SERVICES, sharedInstance } from './services.ts';

const ALL: readonly Service[] = [...SERVICES, ...BY_NAME];
const USAGE = `usage: npm run services -- up|status|logs|down|env [NAME…]\nnames: ${ALL.map(({ name }) => name).join(', ')}`;
const LOG_BYTES = 4_096;
const USAGE_EXIT_CODE = 2;

const say = (text: string): void => void process.stdout.write(`${text}\n`);

/** @throws ServiceError that names what is no server. */
const named = (names: readonly string[], unnamed: readonly Service[]): readonly Service[] => {
  const unknown = names.filter((name) => ALL.every((service) => service.name !== name));
  if (unknown.length > 0) throw new ServiceError(`there is no server ${unknown.join(', ')}\n${USAGE}`);
  return names.length === 0 ? unnamed : ALL.filter(({ name }) => names.includes(name));
};

const up = async (service: Service): Promise<void> => {
  const instance = sharedInstance(service);
  const ran = (await pidIn(instance.folder)) !== undefined;
  const beganMs = performance.now();
  await startService(service, instance, say);
  const how = ran ? 'ran already' : `answers after ${((performance.now() - beganMs) / 1000).toFixed(1)} s`;
  say(`${service.name} ${service.version} ${how}: ${service.address(instance.port)}`);
};

const status = async (service: Service): Promise<void> => {
  const instance = sharedInstance(service);
  const pid = await pidIn(instance.folder);
  const address = service.address(instance.port);
  if (pid !== undefined) {
    say(
      `${service.name} ${service.version}: ${(await service.isReady(instance)) ? 'answers' : 'does not answer'}, ${address}, process ${pid}`,
    );
    return;
  }
  const missing = isInstalledHere(service) ? undefined : (service.missing() ?? 'not fetched yet');
  say(`${service.name} ${service.version}: does not run${missing === undefined ? '' : ` (${missing})`}`);
};

const logs = async (service: Service): Promise<void> => {
  const path = logFile(sharedInstance(service).folder);
  const text = existsSync(path) ? (await readFile(path, 'utf8')).slice(-LOG_BYTES) : '';
  say(`=== ${path}\n${text}`);
};

const down = async (service: Service): Promise<void> => {
  const { folder } = sharedInstance(service);
  const ran = (await pidIn(folder)) !== undefined;
  await removeService(folder);
  if (ran) say(`${service.name}: ended, its data removed`);
};

const env = async (service: Service): Promise<void> => {
  const { port, folder } = sharedInstance(service);
  for (const [name, value] of Object.entries(service.settings(port, folder))) say(`export ${name}=${value}`);
};

const COMMANDS: Readonly<Record<string, (service: Service) => Promise<void>>> = { up, status, logs, down, env };

const [given = '', ...names] = process.argv.slice(2);
const command = Object.hasOwn(COMMANDS, given) ? COMMANDS[given] : undefined;
if (command === undefined) {
  process.stderr.write(`${USAGE}\n`);
  process.exitCode = USAGE_EXIT_CODE;
} else {
  try {
    const faults: string[] = [];
    const chosen = named(names, given === 'up' || given === 'env' ? SERVICES : ALL);
    for (const service of given === 'down' ? chosen.toReversed() : chosen)
      await command(service).catch((error: unknown) => {
        if (!(error instanceof ServiceError)) throw error;
        faults.push(error.message);
      });
    if (faults.length > 0) throw new ServiceError(faults.join('\n'));
  } catch (error) {
    if (!(error instanceof ServiceError)) throw error;
    process.stderr.write(`${error.message}\n`);
    process.exitCode = 1;
  }
}
