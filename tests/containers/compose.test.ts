/** What holds for docker-compose.yml without starting it. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { expect, test } from 'vitest';
import { parse } from 'yaml';

import { composeFiles } from '../../apps/rushes/src/compose-files.ts';
import { loadConfig } from '../../libs/runtime/src/config/load-config.ts';
import type { Config } from '../../libs/runtime/src/config/settings.ts';
import { configuredLocations } from '../../libs/stores/src/locations.ts';
import { findStores } from '../../libs/stores/src/schemes.ts';
import { cassandra, cassandraYaml } from '../../tools/services/cassandra.ts';
import { kafka, KAFKA_HEAP, kafkaProperties } from '../../tools/services/kafka.ts';
import { CLUSTER_OPTIONS, postgres, POSTGRES_SETTINGS } from '../../tools/services/postgres.ts';
import { redis, redisConfiguration } from '../../tools/services/redis.ts';
import { registry } from '../../tools/services/registry.ts';
import { s3 } from '../../tools/services/s3.ts';
import { ROOT } from '../planted-copy.ts';
import { composeFile, composeText, type ComposeService, interpolated, isApp, isJob, readEnv } from './compose-file.ts';
import { imageVariables } from './dockerfile.ts';

/** What the tests run, for each server of the file; Prometheus has no store of Rushes. */
const SERVERS = [kafka, registry, cassandra, s3, postgres, redis];

const services = Object.entries(composeFile.services);
const apps = services.filter(([, service]) => isApp(service));
const service = (name: string): ComposeService => {
  const found = composeFile.services[name];
  if (found === undefined) throw new Error(`there is no service ${name}`);
  return found;
};

/** Variables of the file that have no default. */
const variables = new Set([...composeText.matchAll(/\$\{([A-Z0-9_]+)[^}]*\}/g)].map(([, name = '']) => name));
const made = composeFiles((count) => Buffer.alloc(count, 0xfb));
const generated = readEnv(made.env);
/** With what .env says of the profile `mongodb`. */
const onMongodb = new Map([...generated, ...['VIEWS_URL', 'KEYS_URL'].map((name) => [name, 'mongodb://mongodb:27017/rushes'] as const)]);
const valuesOf = (environment: Readonly<Record<string, string>>, values = generated): Record<string, string> =>
  Object.fromEntries(Object.entries(environment).map(([name, text]) => [name, interpolated(text, values)]));

const configOf = (environment: Readonly<Record<string, string>> = {}, values = generated) =>
  loadConfig({ env: { ...imageVariables, ...valuesOf(environment, values) }, cwd: '/app' }, () => {
    throw Object.assign(new Error('no file'), { code: 'ENOENT' });
  }).config;

test('there are two of the serving layer, two of the speed layer, and one of the batch layer', () => {
  expect(apps.map(([, { command }]) => command?.[0] ?? '').toSorted()).toEqual(
    ['batch', 'serving', 'serving', 'speed', 'speed'].map((name) => `apps/${name}/dist/main.js`),
  );
});

test.each(services)('%s runs an image of an exact version, without capabilities, within limits', (_, one) => {
  expect(one.image).toMatch(/^[a-z0-9./-]+:v?\d+\.\d+(\.\d+)?(-[a-z]+)?$/);
  expect(one).toMatchObject({ cap_drop: ['ALL'], security_opt: ['no-new-privileges:true'] });
  expect(one.privileged).toBeUndefined();
  expect(one.cap_add).toBeUndefined();
  expect(Object.keys(one.deploy?.resources?.limits ?? {}).toSorted()).toEqual(['cpus', 'memory', 'pids']);
  if (one.read_only !== true) expect(['apache/kafka', 'apicurio/apicurio-registry', 'cassandra']).toContain(one.image.split(':')[0]);
});

test.each(services.filter(([, one]) => !isJob(one)))('%s has a health check and is started again', (_, one) => {
  // Those of this repository have the image's.
  if (isApp(one)) expect(one.healthcheck).toBeUndefined();
  else expect(one.healthcheck?.test?.[0]).toBe('CMD');
  expect(one.restart).toBe('unless-stopped');
});

test.each(services)('%s waits for what it needs, until that is healthy or done', (_, one) => {
  for (const [name, { condition }] of Object.entries(one.depends_on ?? {}))
    expect(condition).toBe(isJob(service(name)) ? 'service_completed_successfully' : 'service_healthy');
});

test('the versions of servers are those that the tests run', () => {
  // Without the prefix that some tags have and the release of Debian; of PostgreSQL's three numbers its tags have two.
  const deployed = (name: string): string | undefined => /:v?([0-9.]+)/.exec(service(name).image)?.[1];
  expect(SERVERS.map(({ name }) => [name, deployed(name)])).toEqual(
    SERVERS.map(({ name, version }) => [name, name === 'postgres' ? version.replace(/\.0$/, '') : version]),
  );
});

test('the image is the version of what it is built from', () => {
  const { version } = JSON.parse(readFileSync(join(ROOT, 'apps/rushes/package.json'), 'utf8')) as { readonly version: string }; // as: npm's own file
  const ours = services.filter(([, { image }]) => image.startsWith('rushes:'));
  expect(new Set(ours.map(([, { image }]) => image))).toEqual(new Set([`rushes:${version}`]));
});

test('only what users need is published, at the address that .env names: this machine alone', () => {
  const published = services.filter(([, { ports = [] }]) => ports.length > 0);
  expect(published.map(([name]) => name)).toEqual(['serving-1', 'serving-2', 'prometheus']);
  for (const [, { ports = [] }] of published) expect(ports.filter((port) => !port.startsWith('${HTTP_ADDRESS:?'))).toEqual([]);
  expect(generated.get('HTTP_ADDRESS')).toBe('127.0.0.1');
});

test('servers are on the network without a way out, and on no other', () => {
  expect(composeFile.networks['stores']).toEqual({ internal: true });
  for (const name of [...SERVERS.map((one) => one.name), 'mongodb']) expect(service(name).networks).toEqual(['stores']);
});

test('no container sees more of this machine than its own configuration', () => {
  const mounted = services.flatMap(([, { volumes = [] }]) => volumes.filter((volume) => /^[./~]/.test(volume)));
  expect(mounted.filter((volume) => !/^\.\/(deploy\/compose|ops\/prometheus)\/[^:]+:[^:]+:ro$/.test(volume))).toEqual([]);
  const named = services.flatMap(([, { volumes = [] }]) => volumes.filter((volume) => !volume.startsWith('.')));
  expect(new Set(named.map((volume) => volume.split(':')[0] ?? ''))).toEqual(new Set(Object.keys(composeFile.volumes)));
});

test('every variable is written by `rushes compose init`, and no other is', () => {
  // Compose reads this one by itself.
  expect([...generated.keys()].filter((name) => name !== 'COMPOSE_PROFILES').toSorted()).toEqual([...variables].toSorted());
  for (const [text] of composeText.matchAll(/\$\{[^}]*\}/g)) {
    const [, name = '', fallback] = /^\$\{([A-Z0-9_]+):(?:-(.*)|\?run: npx rushes compose init)\}$/.exec(text) ?? [];
    expect([text, variables.has(name)]).toEqual([text, true]);
    // Of variables that came later: files of before do without them.
    if (fallback !== undefined) expect([name, fallback]).toEqual([name, generated.get(name)]);
  }
});

test('so is every file with a secret', () => {
  const files = Object.fromEntries(Object.entries(composeFile.secrets).map(([name, { file }]) => [name, file]));
  expect(files).toEqual(Object.fromEntries(Object.keys(made.secrets).map((name) => [name, `./secrets/${name}`])));
  const used = new Set(services.flatMap(([, { secrets = [] }]) => secrets));
  expect(used).toEqual(new Set(Object.keys(files)));
});

test('the file holds no secret: what is called one is a variable or a file', () => {
  const named = services.flatMap(([name, { environment = {} }]) =>
    Object.entries(environment)
      .filter(([variable]) => /PASSWORD|SECRET|TOKEN|KEY(?!S_URL)/.test(variable))
      .map(([variable, value]) => [name, variable, value] as const),
  );
  expect(named.filter(([, , value]) => !/^\$\{[A-Z0-9_]+:\?|^\/run\/secrets\//.test(value))).toEqual([]);
  expect(composeText).not.toMatch(/:\/\/[^/\s'"]*:[^/\s'"]*@/);
});

const allApps = apps.flatMap(([name, app]) => [[name, 'PostgreSQL', app, generated] as const, [name, 'MongoDB', app, onMongodb] as const]);
test.each(allApps)('the configuration of %s on %s has no fault, and names stores that there are', (_name, _views, app, values) => {
  const { environment: written = {}, secrets = [] } = app;
  const config = configOf(written, values);
  expect(() => findStores(configuredLocations(config))).not.toThrow();
  const environment = valuesOf(written, values);
  const files = Object.values(environment).filter((value) => value.startsWith('/run/secrets/'));
  expect(files.map((path) => path.slice('/run/secrets/'.length)).toSorted()).toEqual(secrets.toSorted());
  // Every address in it is a service of this file, which is waited for.
  const hosts = Object.values(environment).flatMap((value) => [...value.matchAll(/:\/\/([a-z0-9-]+):\d+/g)].map(([, host = '']) => host));
  expect(hosts.filter((host) => composeFile.services[host] === undefined)).toEqual([]);
  expect(hosts).not.toEqual([]);
  expect(hosts.filter((host) => app.depends_on?.[host] === undefined)).toEqual([]);
});

test('all processes have the same stores, on every server, with as many copies as the tests use', () => {
  const [first, ...others] = apps.map(([, { environment = {} }]) => configOf(environment));
  const shared = ({ stores: { cache: _, ...stores }, kafka: log, cassandra: speed, s3: lake, postgres: views, mongodb }: Config) => [
    stores,
    log,
    speed,
    lake,
    views,
    mongodb,
  ];
  if (first === undefined) throw new Error('there are no processes');
  for (const other of others) expect(shared(other)).toEqual(shared(first));
  const tested = Object.assign({}, ...SERVERS.map(({ settings, port }) => settings(port, ''))) as Record<string, string>; // as: all are such
  const deployed = Object.assign({}, ...apps.map(([, { environment }]) => environment)) as Record<string, string>; // as: the same
  const copies = (settings: Record<string, string>) =>
    Object.fromEntries(Object.entries(settings).filter(([name]) => name.includes('REPLICA')));
  expect(copies(deployed)).toEqual(copies(tested));
  // Where the tests give a password, the deployment names a file with it.
  const names = (settings: Record<string, string>) => Object.keys(settings).filter((name) => name.startsWith('RUSHES_'));
  const ofTests = names(tested).map((name) => name.replace(/_PASSWORD$/, '_PASSWORD_FILE'));
  expect(names(deployed).toSorted()).toEqual(
    [
      ...ofTests,
      'RUSHES_IMDB',
      'RUSHES_MONGODB_PASSWORD_FILE',
      'RUSHES_MONGODB_USER',
      'RUSHES_POSTGRES_CONNECTIONS',
      'RUSHES_REDIS_PASSWORD_FILE',
      'RUSHES_SHUTDOWN_DELAY_MS',
      'RUSHES_TMDB_KEY_FILE',
    ].toSorted(),
  );
});

test('replicas of the serving layer share what they remember', () => {
  const caches = apps.map(([name, { environment = {} }]) => [name, configOf(environment).stores.cache] as const);
  expect(Object.fromEntries(caches)).toMatchObject({ 'serving-1': 'redis://redis:6379/0', 'serving-2': 'redis://redis:6379/0' });
});

const INSTANCE = { folder: '/folder', port: 9092 };

test('Kafka is set up as the tests have it, addresses and folders aside', () => {
  const parsed = (text: string): Record<string, string> =>
    Object.fromEntries(
      text
        .split('\n')
        .filter((line) => line !== '' && !line.startsWith('#'))
        .map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)]),
    );
  const places = ['listeners', 'advertised.listeners', 'controller.quorum.voters', 'controller.quorum.bootstrap.servers', 'log.dirs'];
  const settings = (text: string) => Object.fromEntries(Object.entries(parsed(text)).filter(([name]) => !places.includes(name)));
  const deployed = readFileSync(join(ROOT, 'deploy/compose/kafka/server.properties'), 'utf8');
  expect(settings(deployed)).toEqual(settings(kafkaProperties(INSTANCE)));
  expect(parsed(deployed)['advertised.listeners']).toContain('PLAINTEXT://kafka:9092');
  expect(service('kafka').environment?.['KAFKA_HEAP_OPTS']).toBe(KAFKA_HEAP);
});

test('Cassandra is set up as the tests have it, addresses, name and folders aside', () => {
  const isPlace = (name: string): boolean =>
    /_director(y|ies)$|_address$|_port$/.test(name) || ['cluster_name', 'seed_provider'].includes(name);
  const settings = (text: string) =>
    Object.fromEntries(Object.entries(parse(text) as Record<string, unknown>).filter(([name]) => !isPlace(name))); // as: the file is a mapping
  const deployed = readFileSync(join(ROOT, 'deploy/compose/cassandra.yaml'), 'utf8');
  expect(settings(deployed)).toEqual(settings(cassandraYaml({ folder: '/folder', port: 9042 })));
  expect(settings(deployed)).toMatchObject({ commitlog_sync: 'batch', paxos_variant: 'v2' });
});

test('the S3 server is started as the tests start it', () => {
  const { args, env = {} } = s3.launch({ folder: '/store', port: 7070 }, '/installed');
  expect(service('s3').command).toEqual(args.map((word) => word.replace('127.0.0.1:7070', ':7070')));
  expect(Object.keys(service('s3').environment ?? {})).toEqual(Object.keys(env));
  // The bucket that the URL names is the folder that the job makes.
  const [, bucket] = /^s3:\/\/([^/]+)\//.exec(apps[0]?.[1].environment?.['RUSHES_OBJECTS_URL'] ?? '') ?? [];
  expect(service('s3-bucket').entrypoint).toEqual(['mkdir', '-p', '/store/metadata', `/store/objects/${bucket}`]);
});

test('PostgreSQL is set up as the tests have it', () => {
  const { command = [], environment = {} } = service('postgres');
  const settings = Object.entries(POSTGRES_SETTINGS).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
  expect(command).toEqual(['postgres', ...settings]);
  expect(environment['POSTGRES_INITDB_ARGS']).toBe(CLUSTER_OPTIONS.join(' '));
  // Each process has so many for each of two stores and one for a build; three are kept for whoever looks after the server.
  const connections = apps.map(([, one]) => configOf(one.environment).postgres.connections * 2 + 1).reduce((sum, count) => sum + count, 0);
  expect(connections).toBeLessThanOrEqual(Number(POSTGRES_SETTINGS['max_connections']) - 3);
});

test('Redis is set up as the tests have it, addresses and folders aside, and asks for the password', () => {
  const lines = (text: string) => text.split('\n').filter((line) => line !== '' && !/^(#|bind |port |dir |include )/.test(line));
  const deployed = readFileSync(join(ROOT, 'deploy/compose/redis.conf'), 'utf8');
  expect(lines(deployed)).toEqual(lines(redisConfiguration(INSTANCE)));
  const [, included] = /^include \/run\/secrets\/(.+)$/m.exec(deployed) ?? [];
  expect(service('redis').secrets).toEqual([included]);
  expect(made.secrets[included ?? '']).toBe(`requirepass ${made.secrets['redis_password']}`);
});

test('Prometheus asks every process that there is', () => {
  const { scrape_configs: jobs } = parse(readFileSync(join(ROOT, 'deploy/compose/prometheus.yml'), 'utf8')) as {
    readonly scrape_configs: readonly { readonly static_configs: readonly { readonly targets: readonly string[] }[] }[];
  }; // as: its own format
  const asked = jobs.flatMap(({ static_configs: groups }) => groups.flatMap(({ targets }) => targets));
  const expected = apps.map(([name, { command }]) => {
    const { http, metrics } = configOf();
    return `${name}:${command?.[0]?.startsWith('apps/serving/') === true ? http.port : metrics.port}`;
  });
  expect(asked.toSorted()).toEqual(expected.toSorted());
});
