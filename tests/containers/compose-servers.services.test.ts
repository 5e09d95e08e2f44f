/**
 * What docker-compose.yml says, on real servers: its health checks ask them, the registry runs with its settings, and the processes of the image run with its
 * environment and its secrets. Only addresses are others: every container has a network of its own, and here all share one.
 */
import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { chownSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import { composeFiles } from '../../apps/rushes/src/compose-files.ts';
import { makeBaseImage } from '../../tools/containers/base-image.ts';
import { type Buildah, openBuildah } from '../../tools/containers/buildah.ts';
import { becomesHealthy, type ImageProcess, type ProcessOptions, runInImage, startInImage } from '../../tools/containers/image-process.ts';
import { buildImage, type MountedImage, mountImage } from '../../tools/containers/image.ts';
import { createBucket } from '../../tools/services/create-bucket.ts';
import { installed } from '../../tools/services/installed.ts';
import { TEST_POSTGRES_PASSWORD, TEST_POSTGRES_USER } from '../../tools/services/postgres.ts';
import { redis } from '../../tools/services/redis.ts';
import { registry } from '../../tools/services/registry.ts';
import { TEST_S3_KEY, TEST_S3_SECRET } from '../../tools/services/s3.ts';
import { isInstalled, runTool } from '../../tools/services/tools.ts';
import { freePort } from '../e2e/free-port.ts';
import { ROOT } from '../planted-copy.ts';
import { needsServers } from '../services/needs-servers.ts';
import { deleteTopics, dropKeyspace, dropSchema } from '../services/place-on-servers.ts';
import { composeFile, interpolated, readEnv } from './compose-file.ts';
import { say, unlessMissing } from './unless-missing.ts';

const USER = 10_001;
const MOST_RESTARTS = 5;

/** Host and port of a server that runs here, by its address in the compose file. */
const places = new Map<string, string>();
const hostOf = (variable: string): string => (process.env[variable] ?? '').replace(/^https?:\/\//, '').replace(/\/.*$/, '');

const portOf = (variable: string): string => hostOf(variable).split(':')[1] ?? '';

const variables = readEnv(composeFiles(randomBytes).env);

/** A text of the compose file as it has to be here: `$$` is Compose's way to write `$`. */
const here = (text: string): string => {
  let result = interpolated(text, variables).replaceAll('$$', '$');
  for (const [theirs, ours] of places) {
    result = result.replaceAll(theirs, ours);
    result = result.replaceAll(`/dev/tcp/${theirs.replace(':', '/')}`, `/dev/tcp/${ours.replace(':', '/')}`);
  }
  return result;
};

/** What finds the clients that health checks are made of. */
let clients: Readonly<Record<string, string>> = {};

/** The exit code of a service's health check. */
const check = async (name: string): Promise<number | null> => {
  const [, program = '', ...args] = composeFile.services[name]?.healthcheck?.test ?? [];
  const child = spawn(program, args.map(here), { stdio: 'ignore', env: { ...process.env, ...clients } });
  await once(child, 'close');
  return child.exitCode;
};
const isHealthy = async (name: string): Promise<void> => {
  for (let n = 0; n < 240; n++) {
    if ((await check(name)) === 0) return;
    await sleep(500);
  }
  throw new Error(`the health check of ${name} is not content`);
};

const buildah = needsServers('kafka', 'registry', 'cassandra', 's3', 'postgres', 'redis')
  ? undefined
  : await unlessMissing('docker-compose.yml on servers', async (): Promise<Buildah> => {
      const tool = await openBuildah(say);
      await makeBaseImage(tool, say);
      return tool;
    });

describe.skipIf(buildah === undefined)('docker-compose.yml', () => {
  const unique = `c${randomBytes(4).toString('hex')}`;
  const ended: (() => Promise<unknown>)[] = [];
  let folder = '';
  let image: MountedImage;

  /** With the configuration of the file, and the password that `rushes compose init` has made. */
  const startRedis = async (): Promise<void> => {
    const port = await freePort();
    const text = readFileSync(join(ROOT, 'deploy/compose/redis.conf'), 'utf8');
    const at = { folder, port };
    const local = text.replace('bind *', 'bind 127.0.0.1').replace('port 6379', `port ${port}`).replaceAll('/run/secrets', folder);
    writeFileSync(join(folder, 'redis.conf'), local.replace('dir /tmp', `dir ${folder}`));
    const program = await installed(redis, say);
    const { command, args, env } = redis.launch(at, program);
    const child = spawn(command, args, { stdio: 'ignore', env: { ...process.env, ...env } });
    const gone = once(child, 'close');
    ended.push(() => {
      child.kill('SIGKILL');
      return gone;
    });
    places.set('redis:6379', `127.0.0.1:${port}`).set('-p 6379', `-p ${port}`);
    clients = { PATH: `${dirname(command)}:${process.env['PATH']}`, ...env };
    await isHealthy('redis');
  };

  beforeAll(async () => {
    if (buildah === undefined) return;
    folder = mkdtempSync(join(tmpdir(), 'rushes-in-compose-'));
    ended.push(async () => rmSync(folder, { recursive: true, force: true }));
    const volumes = Object.values(composeFile.services).flatMap((service) => service.volumes ?? []);
    for (const name of new Set(volumes.filter((volume) => !volume.startsWith('.')).map((volume) => volume.split(':')[0] ?? ''))) {
      mkdirSync(join(folder, name), { mode: 0o700 });
      chownSync(join(folder, name), USER, USER);
    }
    const { secrets } = composeFiles(randomBytes);
    for (const [name, text] of Object.entries(secrets)) writeFileSync(join(folder, name), text, { mode: 0o444 });
    // Servers that run for all tests have their own.
    const keys = `[default]\naws_access_key_id = ${TEST_S3_KEY}\naws_secret_access_key = ${TEST_S3_SECRET}\n`;
    writeFileSync(join(folder, 's3_credentials'), keys);
    writeFileSync(join(folder, 'postgres_password'), `${TEST_POSTGRES_PASSWORD}\n`);
    places.set('kafka:9092', hostOf('TEST_KAFKA')).set('cassandra:9042', hostOf('TEST_CASSANDRA')).set('s3:7070', hostOf('TEST_S3'));
    places.set('127.0.0.1:7070', hostOf('TEST_S3'));
    places.set('postgres:5432', hostOf('TEST_POSTGRES')).set('--port=5432', `--port=${portOf('TEST_POSTGRES')}`);
    await startRedis();
    await createBucket(process.env['TEST_S3'] ?? '', unique);
    ended.push(() => deleteTopics(unique));
    ended.push(() => dropKeyspace(unique));
    ended.push(() => dropSchema(`postgres://${process.env['TEST_POSTGRES']}`, unique));
    image = await mountImage(buildah, await buildImage(buildah));
    ended.push(() => image.unmount());
  });
  afterAll(async () => {
    for (const end of ended.toReversed()) await end();
  });

  test.each(['kafka', 'cassandra', 's3', 'postgres', 'redis'])(
    'the health check of %s is content with the real one, and not with none',
    async (name) => {
      const client = composeFile.services[name]?.healthcheck?.test?.[1] ?? '';
      if (!isInstalled(client)) return; // the images have it
      expect(await check(name)).toBe(0);
      const answering = new Map(places);
      const nowhere = String(await freePort());
      for (const [theirs, ours] of answering) places.set(theirs, ours.replace(/\d+$/, nowhere));
      try {
        expect(await check(name)).not.toBe(0);
      } finally {
        for (const [theirs, ours] of answering) places.set(theirs, ours);
      }
    },
  );

  test('the registry starts with its settings, keeps schemas in Kafka, and its compatibility is BACKWARD', async () => {
    const [port, management] = [await freePort(), await freePort()];
    places.set('127.0.0.1:8080', `127.0.0.1:${port}`).set('registry:8080', `127.0.0.1:${port}`);
    const { command, args } = registry.launch({ folder, port }, await installed(registry, say));
    const { environment = {} } = composeFile.services['registry'] ?? {};
    // The command without the settings that the tests have; one that listens here alone.
    const child = spawn(command, [environment['JAVA_OPTS_APPEND'] ?? '', ...args.filter((word) => !/^-D|^-Xmx/.test(word))], {
      cwd: folder,
      stdio: 'ignore',
      env: {
        PATH: process.env['PATH'],
        ...Object.fromEntries(Object.entries(environment).map(([name, value]) => [name, here(value)])),
        QUARKUS_HTTP_HOST: '127.0.0.1',
        QUARKUS_HTTP_PORT: String(port),
        QUARKUS_MANAGEMENT_HOST: '127.0.0.1',
        QUARKUS_MANAGEMENT_PORT: String(management),
        // Other registries may have theirs in the same Kafka.
        APICURIO_KAFKASQL_TOPIC: `${unique}-journal`,
        APICURIO_KAFKASQL_SNAPSHOTS_TOPIC: `${unique}-snapshots`,
        APICURIO_EVENTS_KAFKA_TOPIC: `${unique}-events`,
      },
    });
    const gone = once(child, 'close');
    ended.push(() => {
      child.kill('SIGKILL');
      return gone;
    });
    await isHealthy('registry');
    const answer = await fetch(`http://127.0.0.1:${port}/apis/ccompat/v7/config`);
    expect(await answer.json()).toMatchObject({ compatibilityLevel: 'BACKWARD' });
  });

  test.skipIf(!isInstalled('psql'))('PostgreSQL gets a role that owns its database and nothing else', async () => {
    const [host, port] = hostOf('TEST_POSTGRES').split(':');
    const script = readFileSync(join(ROOT, 'deploy/compose/postgres/10-rushes.sh'), 'utf8');
    writeFileSync(join(folder, 'init.sh'), script.replaceAll(/\brushes\b/g, unique).replaceAll('/run/secrets', folder));
    const superuser = { PGHOST: host ?? '', PGPORT: port ?? '', PGPASSWORD: TEST_POSTGRES_PASSWORD, POSTGRES_USER: TEST_POSTGRES_USER };
    const sql = (user: string, database: string, ...statements: readonly string[]) =>
      runTool('psql', ['-XqtA', '-U', user, '-d', database, ...statements.flatMap((one) => ['-c', one])], superuser);
    try {
      await runTool('sh', [join(folder, 'init.sh')], superuser);
      expect(await sql(unique, unique, 'CREATE SCHEMA s', "SELECT extname FROM pg_extension WHERE extname = 'pg_trgm'")).toBe('pg_trgm\n');
      expect(await sql(unique, unique, 'SELECT rolsuper OR rolcreaterole OR rolcreatedb FROM pg_roles WHERE rolname = current_user')).toBe(
        'f\n',
      );
    } finally {
      await sql(TEST_POSTGRES_USER, 'postgres', `DROP DATABASE IF EXISTS ${unique}`, `DROP ROLE IF EXISTS ${unique}`);
    }
  });

  /** Environment and mounts of a service; names that others could have in the same servers are this test's own. */
  const optionsOf = (name: string, env: Readonly<Record<string, string>> = {}): ProcessOptions => {
    const { environment = {}, secrets = [], volumes = [] } = composeFile.services[name] ?? {};
    const own = Object.entries(environment).map(([variable, value]) => {
      if (variable === 'RUSHES_OBJECTS_URL') return [variable, value.replace('s3://rushes/', `s3://${unique}/`)];
      if (variable === 'RUSHES_SPEED_URL') return [variable, here(value).replace(/rushes$/, unique)];
      if (variable === 'RUSHES_POSTGRES_USER') return [variable, TEST_POSTGRES_USER];
      if (variable === 'RUSHES_LOG_URL') return [variable, `${here(value)}/${unique}.`];
      return [variable, here(value)];
    });
    const mounts = [
      ...volumes.map((volume) => volume.split(':')).map(([volume = '', inside = '']) => [inside, join(folder, volume)]),
      ...secrets.map((secret) => [`/run/secrets/${secret}`, join(folder, secret)]),
    ];
    return {
      env: { ...Object.fromEntries(own), RUSHES_POSTGRES_SCHEMA: unique, RUSHES_LOG_FORMAT: 'json', ...env },
      mounts: Object.fromEntries(mounts),
    };
  };
  const run = (name: string, command = composeFile.services[name]?.command ?? []): Promise<string> =>
    runInImage(image, { ...optionsOf(name), entrypoint: [], command: command.map(here) });
  const begin = async (name: string): Promise<{ readonly one: ImageProcess; readonly url: string }> => {
    const env = { RUSHES_PORT: String(await freePort()), RUSHES_METRICS_PORT: String(await freePort()) };
    const options = optionsOf(name, env);
    for (let n = 0; ; n++) {
      const one = startInImage(image, { ...options, command: composeFile.services[name]?.command ?? [] });
      ended.push(async () => {
        one.send('SIGKILL');
        await one.ended;
      });
      try {
        await becomesHealthy(image, one, options);
        return { one, url: `http://127.0.0.1:${env.RUSHES_PORT}` };
      } catch (error) {
        // As `restart: unless-stopped`: a server that is slow to answer keeps a process from starting.
        if (n === MOST_RESTARTS) throw error;
        say(`${name} is started again: ${one.output().trimEnd().split('\n').at(-1)}`);
      }
    }
  };
  /** Asks until the answer is there. */
  const get = async (url: string): Promise<unknown> => {
    for (let n = 0; n < 240; n++) {
      const answer = await fetch(url);
      if (answer.ok) return answer.json();
      await answer.body?.cancel();
      await sleep(500);
    }
    throw new Error(`${url} does not answer`);
  };

  test('the job with the films writes them once, and leaves what is there', async () => {
    await run('films');
    expect(await run('films', ['ls', '/imdb'])).toContain('title.basics.tsv');
    const later = await run('films');
    expect(later).toBe('');
  });

  test('five processes answer as one: what is posted to the one serving layer shows at the other', async () => {
    const names = ['speed-1', 'speed-2', 'batch', 'serving-1', 'serving-2'];
    // All at once, as Compose does.
    const running = new Map(await Promise.all(names.map(async (name) => [name, await begin(name)] as const)));
    const [first = '', second = ''] = ['serving-1', 'serving-2'].map((name) => running.get(name)?.url);
    const { data } = (await get(`${first}/movies?page_size=1`)) as { readonly data: readonly { readonly id: string }[] }; // as: the documented answer
    const id = data[0]?.id ?? '';
    const made = await runInImage(image, {
      ...optionsOf('serving-1'),
      entrypoint: [],
      command: ['rushes', 'keys', 'create', '--role', 'writer', '--name', 'test', '--json'],
    });
    const { key } = JSON.parse(made) as { readonly key: string }; // as: the command's one document
    const posted = await fetch(`${first}/movies/${id}/ratings`, {
      method: 'POST',
      headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json', prefer: 'wait=10' },
      body: '{"score": 9}',
    });
    expect(posted.status).toBe(201);
    await expect.poll(() => get(`${second}/movies/${id}`)).toMatchObject({ data: { ratings: { live: { rating: 9 } } } });
    const memory = [...running].map(([name, { one }]) => `${name} ${Math.round(one.residentBytes() / 2 ** 20)}`);
    say(`resident memory on the sample, in MiB: ${memory.join(', ')}`);
    for (const [name, { one }] of running) {
      one.send('SIGTERM');
      expect([name, await one.ended]).toEqual([name, 0]);
    }
  });
});
