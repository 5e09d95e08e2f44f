/** Servers that a test has for itself, since it kills and freezes them: on free ports of the loopback address, in a folder that goes with them. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { OWN_SERVERS } from '../../tools/services/guard.ts';
import { freezeService, removeService, signalService, startService, stopService } from '../../tools/services/run-service.ts';
import { TEST_S3_KEY, TEST_S3_SECRET } from '../../tools/services/s3.ts';
import type { Instance } from '../../tools/services/service.ts';
import { SERVICES } from '../../tools/services/services.ts';
import { freePorts } from './free-ports.ts';

export type ServerName = 'kafka' | 'registry' | 'cassandra' | 's3' | 'mongodb' | 'postgres' | 'redis' | 'alertmanager' | 'prometheus';

/** What one of them has beside what the tool gives it. */
export interface More {
  /** Free ports behind its own. */
  readonly ports: number;
  /** Further lines of its configuration, in its own syntax. @param port its first one, as `address` has it. */
  readonly settings: (port: number) => readonly string[] | undefined;
}

export interface OwnServers {
  readonly names: readonly ServerName[];
  /** The variables by which Rushes uses it. */
  readonly settings: (name: ServerName) => Readonly<Record<string, string>>;
  readonly address: (name: ServerName) => string;
  /** Where it keeps what it stores. */
  readonly folder: (name: ServerName) => string;
  /** Ends it as a crash does. */
  readonly kill: (name: ServerName) => Promise<void>;
  /** Ends it as an operator does. */
  readonly stop: (name: ServerName) => Promise<void>;
  /** Starts it again on what it had stored, and waits until it answers. */
  readonly start: (name: ServerName) => Promise<void>;
  /** Its process gets no more time, or gets it again. */
  readonly freeze: (name: ServerName) => Promise<void>;
  readonly resume: (name: ServerName) => Promise<void>;
  readonly dispose: () => Promise<void>;
}

/** Starts one of each. @throws ServiceError if one cannot be had. */
export const startOwnServers = async (
  names: readonly ServerName[],
  more: Readonly<Partial<Record<ServerName, More>>> = {},
): Promise<OwnServers> => {
  const root = await mkdtemp(join(process.env[OWN_SERVERS] ?? tmpdir(), 'rushes-servers-'));
  const instances = new Map<ServerName, Instance>();
  const of = (name: ServerName) => {
    const service = SERVICES.find((one) => one.name === name);
    const instance = instances.get(name);
    if (service === undefined || instance === undefined) throw new Error(`${name} was not asked for`);
    return { service, instance };
  };
  const start = async (name: ServerName): Promise<void> => {
    const { service, instance } = of(name);
    await startService(service, instance);
  };
  const dispose = async (): Promise<void> => {
    for (const { folder } of instances.values()) await removeService(folder);
    await rm(root, { recursive: true, force: true });
  };
  try {
    for (const name of names) {
      const ports = SERVICES.find((one) => one.name === name)?.ports ?? 1;
      const { ports: further, settings } = more[name] ?? { ports: 0, settings: () => undefined };
      const port = await freePorts(ports + further);
      const lines = settings(port);
      instances.set(name, { folder: join(root, name), port, ...(lines && { settings: lines }) });
      await start(name);
    }
  } catch (error) {
    await dispose();
    throw error;
  }
  return {
    names,
    settings: (name) => of(name).service.settings(of(name).instance.port, of(name).instance.folder),
    address: (name) => of(name).service.address(of(name).instance.port),
    folder: (name) => of(name).instance.folder,
    kill: (name) => stopService(of(name).instance.folder, 'SIGKILL'),
    stop: (name) => stopService(of(name).instance.folder),
    start,
    freeze: (name) => freezeService(of(name).instance.folder),
    resume: (name) => signalService(of(name).instance.folder, 'SIGCONT'),
    dispose,
  };
};

/** What an S3 client finds its keys by. */
export const S3_KEYS: Readonly<Record<string, string>> = {
  AWS_ACCESS_KEY_ID: TEST_S3_KEY,
  AWS_SECRET_ACCESS_KEY: TEST_S3_SECRET,
  AWS_REGION: 'us-east-1',
};
