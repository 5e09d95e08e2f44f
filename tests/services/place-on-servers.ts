/**
 * A world's stores on the servers that `npm run test:services` has started: log, speed store and lake under names that no other world has, and of every second
 * world the batch views.
 */
import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';

import { openS3ObjectStore } from '@rushes/adapters/s3-object-store';
import { defaultConfig } from '@rushes/runtime';
import { locationsIn, openStoresAt, type StoreLocations } from '@rushes/stores';
import { Client } from 'cassandra-driver';
import { Kafka, logLevel } from 'kafkajs';
import pg from 'pg';

import type { Place } from '../merge/place.ts';
import { createBucket } from '../../tools/services/create-bucket.ts';
import { TEST_POSTGRES_PASSWORD, TEST_POSTGRES_USER } from '../../tools/services/postgres.ts';

export const address = (variable: string): string => {
  const found = process.env[variable];
  if (found === undefined) throw new Error(`${variable} is not set: npm run test:services does so`);
  return found;
};

/** Hosts of a ring of one. */
const LOCAL = 'datacenter1';

/** Removes a speed store. */
export const dropKeyspace = async (name: string): Promise<void> => {
  const client = new Client({ contactPoints: [address('TEST_CASSANDRA')], localDataCenter: LOCAL, socketOptions: { readTimeout: 60_000 } });
  await client.execute(`DROP KEYSPACE IF EXISTS ${name}`);
  await client.shutdown();
};

/** Removes every topic whose name begins so. */
export const deleteTopics = async (prefix: string): Promise<void> => {
  const admin = new Kafka({ brokers: [address('TEST_KAFKA')], logLevel: logLevel.NOTHING }).admin();
  await admin.connect();
  const topics = (await admin.listTopics()).filter((topic) => topic.startsWith(prefix));
  if (topics.length > 0) await admin.deleteTopics({ topics });
  await admin.disconnect();
};

const postgresUrl = (): string | undefined => {
  const at = process.env['TEST_POSTGRES'];
  return at === undefined ? undefined : `postgres://${at}`;
};

/** Removes batch views and keys. */
export const dropSchema = async (url: string, name: string): Promise<void> => {
  const { hostname: host, port, pathname } = new URL(url);
  const place = { host, port: Number(port), database: pathname.slice(1) };
  const client = new pg.Client({ ...place, user: TEST_POSTGRES_USER, password: TEST_POSTGRES_PASSWORD });
  await client.connect();
  await client.query(`DROP SCHEMA IF EXISTS ${name} CASCADE`);
  await client.end();
};

let worlds = 0;

export const placeOnServers = async (folder: string): Promise<Place> => {
  const name = `w${randomBytes(5).toString('hex')}`;
  const prefix = `${name}.`;
  const [endpoint, defaults, embedded] = [address('TEST_S3'), defaultConfig(), locationsIn(folder)];
  const views = worlds++ % 2 === 0 ? postgresUrl() : undefined;
  await createBucket(endpoint, name);
  const at: StoreLocations = {
    ...embedded,
    urls: {
      ...embedded.urls,
      objects: `s3://${name}/lake`,
      log: `kafka://${address('TEST_KAFKA')}/${prefix}`,
      speed: `cassandra://${address('TEST_CASSANDRA')}/${name}`,
      ...(views === undefined ? {} : { views }),
    },
    servers: {
      s3: { ...defaults.s3, endpoint },
      kafka: { ...defaults.kafka, registryUrl: address('TEST_REGISTRY'), replication: 1, minInsyncReplicas: 1 },
      cassandra: { ...defaults.cassandra, replication: 1 },
      postgres: { ...defaults.postgres, schema: name, user: TEST_POSTGRES_USER, password: TEST_POSTGRES_PASSWORD },
    },
  };
  return {
    open: (nowMs) => openStoresAt(at, { now: nowMs }),
    loseSpeedStore: () => dropKeyspace(name),
    async begin() {
      const lake = join(folder, 'lake');
      if (!existsSync(lake)) return;
      const objects = await openS3ObjectStore({ bucket: name, prefix: 'lake', endpoint, probe: false });
      const entries = await readdir(lake, { recursive: true, withFileTypes: true });
      for (const entry of entries) {
        const path = join(entry.parentPath, entry.name);
        if (entry.isFile()) await objects.putFile(path.slice(lake.length + 1), path);
      }
    },
    async dispose() {
      await dropKeyspace(name);
      await deleteTopics(prefix);
      if (views !== undefined) await dropSchema(views, name);
    },
  };
};
