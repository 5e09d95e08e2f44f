/**
 * A world's stores on the servers that `npm run test:services` has started: log, speed store and lake under names that no other world has. Of worlds that begin
 * with nothing, every other one has its batch views on MongoDB as well, where there is one: a history and its recompute then compare these with files.
 */
import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';

import { viewsFolderIn } from '@rushes/adapters/embedded';
import { openS3ObjectStore } from '@rushes/adapters/s3-object-store';
import { defaultConfig } from '@rushes/runtime';
import { locationsIn, openStoresAt, type StoreLocations } from '@rushes/stores';
import { Client } from 'cassandra-driver';
import { Kafka, logLevel } from 'kafkajs';
import { MongoClient } from 'mongodb';

import type { Place } from '../merge/place.ts';
import { createBucket } from '../../tools/services/create-bucket.ts';

const address = (variable: string): string => {
  const found = process.env[variable];
  if (found === undefined) throw new Error(`${variable} is not set: npm run test:services does so`);
  return found;
};

/** Hosts of a ring of one. */
const LOCAL = 'datacenter1';

const dropKeyspace = async (name: string): Promise<void> => {
  const client = new Client({ contactPoints: [address('TEST_CASSANDRA')], localDataCenter: LOCAL, socketOptions: { readTimeout: 60_000 } });
  await client.execute(`DROP KEYSPACE IF EXISTS ${name}`);
  await client.shutdown();
};

const deleteTopics = async (prefix: string): Promise<void> => {
  const admin = new Kafka({ brokers: [address('TEST_KAFKA')], logLevel: logLevel.NOTHING }).admin();
  await admin.connect();
  const topics = (await admin.listTopics()).filter((topic) => topic.startsWith(prefix));
  if (topics.length > 0) await admin.deleteTopics({ topics });
  await admin.disconnect();
};

const dropDatabase = async (server: string, name: string): Promise<void> => {
  const client = new MongoClient(server);
  await client.db(name).dropDatabase();
  await client.close();
};

let emptyWorlds = 0;

/** The server of MongoDB's protocol that this world's batch views are on; `undefined`: they are in its folder. */
const viewsServerOf = (folder: string): string | undefined => {
  const isEmpty = !existsSync(viewsFolderIn(folder));
  // One elsewhere may ask for more than its address.
  const server = process.env['RUSHES_TEST_MONGODB_URL'] === undefined ? process.env['TEST_MONGODB'] : undefined;
  return isEmpty && emptyWorlds++ % 2 === 0 ? server : undefined;
};

export const placeOnServers = async (folder: string): Promise<Place> => {
  const name = `w${randomBytes(5).toString('hex')}`;
  const prefix = `${name}.`;
  const [endpoint, defaults, embedded] = [address('TEST_S3'), defaultConfig(), locationsIn(folder)];
  await createBucket(endpoint, name);
  const viewsServer = viewsServerOf(folder);
  const at: StoreLocations = {
    ...embedded,
    urls: {
      ...embedded.urls,
      objects: `s3://${name}/lake`,
      log: `kafka://${address('TEST_KAFKA')}/${prefix}`,
      speed: `cassandra://${address('TEST_CASSANDRA')}/${name}`,
      ...(viewsServer !== undefined && { views: `${viewsServer}/${name}` }),
    },
    servers: {
      s3: { ...defaults.s3, endpoint },
      kafka: { ...defaults.kafka, registryUrl: address('TEST_REGISTRY'), replication: 1, minInsyncReplicas: 1 },
      cassandra: { ...defaults.cassandra, replication: 1 },
      mongodb: defaults.mongodb,
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
      if (viewsServer !== undefined) await dropDatabase(viewsServer, name);
    },
  };
};
