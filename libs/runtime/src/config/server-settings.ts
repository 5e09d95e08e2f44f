/**
 * Settings of the servers behind stores: what their URLs do not say. A store in the data folder uses none
 * of them. They belong to a deployment, not to one command, so they have no flags; and what is on a command line, everybody on the machine can read.
 */
import { Type } from 'typebox';

import { optionalSetting, setting } from './setting.ts';

const text = Type.String({ minLength: 1 });
const webAddress = Type.String({ pattern: '^https?://.+' });
const copies = Type.Integer({ minimum: 1, maximum: 15 });

/** A text that is never shown. Files are read anew at each start: that is how secrets are mounted into containers. */
const secret = (variable: `RUSHES_${string}`, description: string) =>
  optionalSetting({ variable, placeholder: 'TEXT', schema: text, fallbackText: 'none', secret: true, description });

const file = (variable: `RUSHES_${string}`, description: string) =>
  optionalSetting({ variable, placeholder: 'FILE', schema: text, fallbackText: 'none', path: true, description });

const name = (variable: `RUSHES_${string}`, description: string, fallbackText = 'none') =>
  optionalSetting({ variable, placeholder: 'NAME', schema: text, fallbackText, description });

const tls = (variable: `RUSHES_${string}`, server: string) =>
  setting({
    variable,
    placeholder: 'WHETHER',
    schema: Type.Enum(['off', 'on']),
    fallback: 'off' as const,
    description: `whether connections to ${server} are encrypted; its certificate is then checked`,
  });

const certificates = (prefix: string, server: string) => ({
  caFile: file(`RUSHES_${prefix}_CA_FILE`, `certificates (PEM) of who may sign for ${server}, in place of the system's`),
  certificateFile: file(`RUSHES_${prefix}_CERTIFICATE_FILE`, `certificate (PEM) that this process shows ${server}`),
  keyFile: file(`RUSHES_${prefix}_KEY_FILE`, 'private key (PEM) of that certificate'),
});

/** Who it is, its certificates aside: keys come from where Amazon's clients look for them. */
export const s3 = {
  endpoint: optionalSetting({
    variable: 'RUSHES_S3_ENDPOINT',
    placeholder: 'URL',
    schema: webAddress,
    fallbackText: "Amazon's of the region",
    description: 'address of the S3 server for `s3:` URLs',
  }),
  region: name('RUSHES_S3_REGION', 'region of the buckets', "`AWS_REGION`'s or the profile's; with an endpoint, else us-east-1"),
  addressing: setting({
    variable: 'RUSHES_S3_ADDRESSING',
    placeholder: 'HOW',
    schema: Type.Enum(['auto', 'path', 'host']),
    fallback: 'auto' as const,
    description:
      "where a request names the bucket: in its path or in its host; auto is the path where an endpoint is given, else Amazon's way",
  }),
};

export const kafka = {
  replication: setting({
    variable: 'RUSHES_KAFKA_REPLICATION',
    placeholder: 'N',
    schema: copies,
    fallback: 3,
    description: 'copies of each partition that topics are made with and must have',
  }),
  minInsyncReplicas: setting({
    variable: 'RUSHES_KAFKA_MIN_INSYNC_REPLICAS',
    placeholder: 'N',
    schema: copies,
    fallback: 2,
    description: 'copies that have a record before it counts as appended; at most the replication',
  }),
  registryUrl: optionalSetting({
    variable: 'RUSHES_KAFKA_REGISTRY_URL',
    placeholder: 'URL',
    schema: webAddress,
    fallbackText: 'none: a log on Kafka needs one',
    description: "address of the schema registry (Confluent's protocol)",
  }),
  registryUser: name('RUSHES_KAFKA_REGISTRY_USER', 'name that the registry asks for'),
  registryPassword: secret('RUSHES_KAFKA_REGISTRY_PASSWORD', 'its password'),
  registryPasswordFile: file('RUSHES_KAFKA_REGISTRY_PASSWORD_FILE', 'file with it'),
  sasl: setting({
    variable: 'RUSHES_KAFKA_SASL',
    placeholder: 'MECHANISM',
    schema: Type.Enum(['none', 'plain', 'scram-sha-256', 'scram-sha-512', 'oauthbearer']),
    fallback: 'none' as const,
    description: 'how this process says to Kafka who it is',
  }),
  user: name('RUSHES_KAFKA_USER', 'name for plain and scram'),
  password: secret('RUSHES_KAFKA_PASSWORD', 'password for plain and scram'),
  passwordFile: file('RUSHES_KAFKA_PASSWORD_FILE', 'file with it'),
  tokenFile: file('RUSHES_KAFKA_TOKEN_FILE', 'file with the token for oauthbearer, read anew at each connection'),
  tls: tls('RUSHES_KAFKA_TLS', 'Kafka'),
  ...certificates('KAFKA', 'Kafka'),
};

export const cassandra = {
  replication: setting({
    variable: 'RUSHES_CASSANDRA_REPLICATION',
    placeholder: 'N',
    schema: copies,
    fallback: 3,
    description: 'copies of each row in the data center, which the keyspace is made with and must have',
  }),
  dataCenter: name('RUSHES_CASSANDRA_DATA_CENTER', 'the data center to use', 'that of the first host'),
  user: name('RUSHES_CASSANDRA_USER', 'name that Cassandra asks for'),
  password: secret('RUSHES_CASSANDRA_PASSWORD', 'its password'),
  passwordFile: file('RUSHES_CASSANDRA_PASSWORD_FILE', 'file with it'),
  tls: tls('RUSHES_CASSANDRA_TLS', 'Cassandra'),
  ...certificates('CASSANDRA', 'Cassandra'),
};

export const mongodb = {
  user: name('RUSHES_MONGODB_USER', 'name that MongoDB asks for'),
  password: secret('RUSHES_MONGODB_PASSWORD', 'its password'),
  passwordFile: file('RUSHES_MONGODB_PASSWORD_FILE', 'file with it'),
  authSource: setting({
    variable: 'RUSHES_MONGODB_AUTH_SOURCE',
    placeholder: 'NAME',
    schema: text,
    fallback: 'admin',
    description: 'the database that keeps name and password',
  }),
  replicaSet: name('RUSHES_MONGODB_REPLICA_SET', 'replica set that the hosts must be of', 'what the hosts say'),
  tls: tls('RUSHES_MONGODB_TLS', 'MongoDB'),
  ...certificates('MONGODB', 'MongoDB'),
};

export const postgres = {
  schema: setting({
    variable: 'RUSHES_POSTGRES_SCHEMA',
    placeholder: 'NAME',
    schema: Type.String({ pattern: '^(?!pg_)[a-z][a-z0-9_]{0,62}$' }),
    fallback: 'rushes',
    description: 'schema of the tables, made if it is not there',
  }),
  connections: setting({
    variable: 'RUSHES_POSTGRES_CONNECTIONS',
    placeholder: 'N',
    schema: Type.Integer({ minimum: 1, maximum: 1_000 }),
    fallback: 10,
    description: 'most connections of each store in a process; a build has one besides',
  }),
  user: name('RUSHES_POSTGRES_USER', 'name that PostgreSQL asks for', '`rushes`'),
  password: secret('RUSHES_POSTGRES_PASSWORD', 'its password'),
  passwordFile: file('RUSHES_POSTGRES_PASSWORD_FILE', 'file with it'),
  tls: tls('RUSHES_POSTGRES_TLS', 'PostgreSQL'),
  ...certificates('POSTGRES', 'PostgreSQL'),
};

/** Whether connections are encrypted, the URL says: `rediss:`. */
export const redis = {
  user: name('RUSHES_REDIS_USER', 'name that Redis asks for', "Redis's default user"),
  password: secret('RUSHES_REDIS_PASSWORD', 'its password'),
  passwordFile: file('RUSHES_REDIS_PASSWORD_FILE', 'file with it'),
  keyPrefix: setting({
    variable: 'RUSHES_REDIS_KEY_PREFIX',
    placeholder: 'TEXT',
    schema: text,
    fallback: 'rushes',
    description: "what keys in Redis begin with, before the log's id",
  }),
  ...certificates('REDIS', 'Redis'),
};
