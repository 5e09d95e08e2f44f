/** What docker-compose.yml needs beside itself: the values of its variables, and the secrets that containers see as files. */

export interface ComposeFiles {
  /** Lines of `.env`, which Compose reads by itself. */
  readonly env: string;
  /** Contents by the name of the file in `secrets/`. */
  readonly secrets: Readonly<Record<string, string>>;
}

/** 16 bytes are what a cluster of Kafka is told by. */
const CLUSTER_ID_BYTES = 16;
const ACCESS_KEY_BYTES = 10;
const SECRET_BYTES = 32;
/** MongoDB takes the digits of base64, of which those of hexadecimal numbers are a part. */
const KEY_BYTES = 48;

/** @param randomBytes as of node:crypto. Letters and digits come of it, `-` and `_` besides: nothing that any of the files would have to quote. */
export const composeFiles = (randomBytes: (count: number) => Buffer): ComposeFiles => {
  // A cluster id that begins with a dash would be taken for a flag.
  const clusterId = randomBytes(CLUSTER_ID_BYTES).toString('base64url').replace(/^-/, 'A');
  const accessKey = randomBytes(ACCESS_KEY_BYTES).toString('hex').toUpperCase();
  const secret = (): string => randomBytes(SECRET_BYTES).toString('base64url');
  const [secretKey, superuser, database, cache] = [secret(), secret(), secret(), secret()];
  const [mongodbRoot, mongodb] = [secret(), secret()];
  return {
    env: [
      '# Written by `rushes compose init` for docker-compose.yml. It holds secrets: it belongs neither into git nor to others.',
      '# Where you reach it: this machine alone. 0.0.0.0 would be everybody; put a proxy with TLS before it first.',
      'HTTP_ADDRESS=127.0.0.1',
      'HTTP_PORT_1=8080',
      'HTTP_PORT_2=8081',
      'PROMETHEUS_PORT=9090',
      '# `dashboards` starts Prometheus too, `mongodb` MongoDB; `dashboards,mongodb` both.',
      'COMPOSE_PROFILES=',
      '# Where batch views and API keys are. With the profile `mongodb` both may be mongodb://mongodb:27017/rushes; what was in PostgreSQL stays there.',
      'VIEWS_URL=postgres://postgres:5432/rushes',
      'KEYS_URL=postgres://postgres:5432/rushes',
      '# Servers keep these with their data: changed afterwards, they fit no more.',
      `KAFKA_CLUSTER_ID=${clusterId}`,
      `S3_ACCESS_KEY=${accessKey}`,
      `S3_SECRET_KEY=${secretKey}`,
      '',
    ].join('\n'),
    secrets: {
      s3_credentials: `[default]\naws_access_key_id = ${accessKey}\naws_secret_access_key = ${secretKey}\n`,
      postgres_superuser_password: `${superuser}\n`,
      postgres_password: `${database}\n`,
      mongodb_key: `${randomBytes(KEY_BYTES).toString('hex')}\n`,
      mongodb_root_password: `${mongodbRoot}\n`,
      mongodb_password: `${mongodb}\n`,
      redis_password: `${cache}\n`,
      // The same in the form of Redis's own configuration.
      redis_auth: `requirepass ${cache}\n`,
      // Of TMDB's API, where there is one (docs/tmdb.md).
      tmdb_key: '',
    },
  };
};
