import { mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { expect, test } from 'vitest';

import { ConfigError } from './config-error.ts';
import { loadConfig, type ConfigSources } from './load-config.ts';
import { SETTING_LIST } from './settings.ts';

const noFile = (path: string): string => {
  throw Object.assign(new Error(`no file ${path}`), { code: 'ENOENT' });
};
const file = (content: unknown) => (): string => (typeof content === 'string' ? content : JSON.stringify(content));

const sources = (given: Partial<ConfigSources> = {}): ConfigSources => ({ env: {}, cwd: '/project', ...given });

const faultsOf = (given: Partial<ConfigSources>, readText: (path: string) => string = noFile): readonly string[] => {
  try {
    loadConfig(sources(given), readText);
  } catch (error) {
    if (error instanceof ConfigError) return error.faults.map(({ origin, message, remedy }) => `${origin}: ${message}. ${remedy}`);
    throw error;
  }
  return [];
};

test('without any source every setting has its default', () => {
  const { config, effective } = loadConfig(sources(), noFile);
  expect(config.http.port).toBe(8080);
  expect(config.http.host).toBe('127.0.0.1');
  expect(config.folders).toEqual({ data: '/project/data', imdb: undefined });
  expect(config.rateLimit).toEqual({ perMinute: 100, burst: 20 });
  expect(effective().every(({ origin }) => origin === 'default')).toBe(true);
  expect(effective()).toHaveLength(SETTING_LIST.length);
});

test('a flag beats a variable, a variable the file, the file the default', () => {
  const readText = file({ http: { port: 1, host: 'from-file' }, batch: { keepVersions: 3 } });
  const { config, effective } = loadConfig(
    sources({ flags: { 'http.port': '3' }, env: { RUSHES_PORT: '2', RUSHES_HOST: 'from-variable' } }),
    readText,
  );
  expect([config.http.port, config.http.host, config.batch.keepVersions]).toEqual([3, 'from-variable', 3]);
  const origins = Object.fromEntries(effective().map(({ key, origin }) => [key, origin]));
  expect(origins).toMatchObject({
    'http.port': '--port',
    'http.host': 'RUSHES_HOST',
    'batch.keepVersions': '/project/rushes.config.json: batch.keepVersions',
    'log.level': 'default',
  });
});

test('every fault of every source is listed at once, with its origin and the way out', () => {
  const faults = faultsOf(
    { flags: { 'batch.threads': '0' }, env: { RUSHES_PORT: '80x', RUSHES_PROT: '1', RUSHES_LOG_LEVEL: 'loud' } },
    file({ http: { prot: 1 }, rateLimit: { burst: '20' }, rateLimits: {}, log: 3 }),
  );
  expect(faults).toEqual([
    'RUSHES_PROT: there is no such variable. Perhaps you mean RUSHES_PORT',
    '/project/rushes.config.json: http.prot: there is no such setting. Perhaps you mean http.port',
    '/project/rushes.config.json: rateLimits: there is no such setting. Perhaps you mean rateLimit',
    '/project/rushes.config.json: log: it is a group of settings. Give an object',
    'RUSHES_PORT: "80x" is not accepted. Give a whole number from 0 to 65535, or nothing for 8080',
    '/project/rushes.config.json: rateLimit.burst: "20" is not accepted. Give a whole number from 1 on, or nothing for 20',
    '--threads: 0 is not accepted. Give a whole number from 1 on',
    'RUSHES_LOG_LEVEL: "loud" is not accepted. Give one of trace, debug, info, warn, error, fatal, silent, or nothing for "info"',
  ]);
});

test('a value that a stronger source overrides is still checked', () => {
  expect(faultsOf({ flags: { 'http.port': '3' }, env: { RUSHES_PORT: 'x' } })).toHaveLength(1);
});

test.each([
  ['RUSHES_PORT', '65536'],
  ['RUSHES_PORT', '-1'],
  ['RUSHES_PORT', '1.5'],
  ['RUSHES_PORT', '1e3'],
  ['RUSHES_MEMORY_LIMIT_MB', '63'],
  ['RUSHES_LOG_FORMAT', 'xml'],
  ['RUSHES_DOWNLOAD_BASE_URL', 'ftp://example.org'],
  ['RUSHES_ALERT_WEBHOOK', 'example.org'],
  ['RUSHES_TRACING_URL', 'collector:4318'],
  ['RUSHES_TRACING_SHARE', '1.01'],
  ['RUSHES_TRACING_SHARE', '-0.1'],
  ['RUSHES_TRACING_SHARE', '1%'],
  ['RUSHES_TRACING_CALLERS', 'trust'],
])('%s=%s is refused', (name, value) => {
  expect(faultsOf({ env: { [name]: value } })).toHaveLength(1);
});

test("IMDb's files may be in a bucket; anything else is a path", () => {
  const imdb = (value: string): unknown => loadConfig(sources({ env: { RUSHES_IMDB: value } }), noFile).config.folders.imdb;
  expect(imdb('s3://bucket/imdb')).toBe('s3://bucket/imdb');
  expect(imdb('imdb')).toBe('/project/imdb');
  expect(imdb('s3:/bucket')).toBe('/project/s3:/bucket');
});

test('lists come as text separated by commas, or as arrays in the file', () => {
  expect(
    loadConfig(sources({ env: { RUSHES_CORS_ORIGINS: 'https://a.example, https://b.example' } }), noFile).config.http.corsOrigins,
  ).toEqual(['https://a.example', 'https://b.example']);
  expect(loadConfig(sources(), file({ http: { corsOrigins: ['https://c.example'] } })).config.http.corsOrigins).toEqual([
    'https://c.example',
  ]);
});

test('a share is a number, as text or in the file, and what is none is told so', () => {
  expect(loadConfig(sources({ env: { RUSHES_TRACING_SHARE: '0.05' } }), noFile).config.tracing.share).toBe(0.05);
  expect(loadConfig(sources(), file({ tracing: { share: 1 } })).config.tracing.share).toBe(1);
  expect(faultsOf({ env: { RUSHES_TRACING_SHARE: 'half' } })).toEqual([
    'RUSHES_TRACING_SHARE: "half" is not accepted. Give a number from 0 to 1, or nothing for 0.01',
  ]);
});

test('an empty variable counts as unset', () => {
  expect(loadConfig(sources({ env: { RUSHES_PORT: '' } }), noFile).config.http.port).toBe(8080);
});

test('the variables of an alert command are no faults: it may call rushes', () => {
  expect(faultsOf({ env: { RUSHES_ALERT_MESSAGE: 'refused', RUSHES_ALERT_REPORT: '{}' } })).toEqual([]);
});

/** What Kubernetes sets for a Service. */
const serviceVariables = (
  service: string,
  ports: readonly (readonly [number, string, string])[],
  host = '10.96.0.12',
): Record<string, string> => {
  const at = host.includes(':') ? `[${host}]` : host;
  const [first = [80, 'http', 'TCP'] as const] = ports;
  const all: Record<string, string> = {
    [`${service}_SERVICE_HOST`]: host,
    [`${service}_SERVICE_PORT`]: String(first[0]),
    [`${service}_PORT`]: `${first[2].toLowerCase()}://${at}:${first[0]}`,
  };
  for (const [port, name, protocol] of ports) {
    const prefix = `${service}_PORT_${port}_${protocol}`;
    all[`${service}_SERVICE_PORT_${name.toUpperCase().replaceAll('-', '_')}`] = String(port);
    all[prefix] = `${protocol.toLowerCase()}://${at}:${port}`;
    Object.assign(all, { [`${prefix}_PROTO`]: protocol.toLowerCase(), [`${prefix}_PORT`]: String(port), [`${prefix}_ADDR`]: host });
  }
  return all;
};

test.each(['RUSHES', 'RUSHES_SERVING', 'RUSHES_DATA', 'RUSHES_METRICS', 'RUSHES_LOG_LEVEL'])(
  'a Service of Kubernetes named %s changes nothing',
  (service) => {
    const ports = [
      [80, 'http', 'TCP'],
      [9464, 'http-metrics', 'TCP'],
      [53, 'dns', 'UDP'],
      [9899, 'diameter', 'SCTP'],
    ] as const;
    for (const host of ['10.96.0.12', 'fd00::1']) {
      const env = serviceVariables(service, ports, host);
      expect(Object.keys(env)).toHaveLength(23);
      expect(loadConfig(sources({ env }), noFile)).toMatchObject({ config: loadConfig(sources(), noFile).config });
      expect(faultsOf({ env: { ...env, RUSHES_PROT: '1' } })).toHaveLength(1);
    }
  },
);

test('beside a Service the settings still count', () => {
  const env = { ...serviceVariables('RUSHES', [[80, 'http', 'TCP']]), RUSHES_PORT: '9000', RUSHES_HOST: '0.0.0.0' };
  expect(loadConfig(sources({ env }), noFile).config.http).toMatchObject({ port: 9000, host: '0.0.0.0' });
  expect(faultsOf({ env: { RUSHES_PORT: 'abc' } })).toHaveLength(1);
});

test('relative paths count from the working directory, those of a file from its folder', () => {
  expect(loadConfig(sources({ env: { RUSHES_IMDB: 'imdb' } }), noFile).config.folders.imdb).toBe('/project/imdb');
  expect(loadConfig(sources({ file: '../etc/rushes.json' }), file({ folders: { imdb: 'imdb' } })).config.folders.imdb).toBe('/etc/imdb');
});

test('a file that was named must be there; the one in the working directory need not', () => {
  expect(faultsOf({ file: 'my.json' }, noFile)).toEqual(['/project/my.json: there is no such file. Create it, or name another one']);
  expect(faultsOf({ env: { RUSHES_CONFIG: 'my.json' } }, noFile)).toHaveLength(1);
  expect(faultsOf({}, noFile)).toEqual([]);
});

test('the file of the working directory is absent only if there is no such entry', () => {
  const cwd = mkdtempSync(join(tmpdir(), 'rushes-config-'));
  expect(loadConfig({ env: {}, cwd }).config.http.port).toBe(8080);
  symlinkSync('nowhere', join(cwd, 'rushes.config.json'));
  expect(() => loadConfig({ env: {}, cwd })).toThrow('it cannot be read');
  rmSync(cwd, { recursive: true });
});

test.each([
  ['{"http":', 'it is not JSON'],
  ['[1]', 'it holds no object'],
])('a file with %s is a fault', (content, message) => {
  expect(faultsOf({}, file(content))[0]).toContain(message);
});

test('a secret is never shown, neither as a value nor in a fault', () => {
  const { effective } = loadConfig(sources({ env: { RUSHES_ALERT_WEBHOOK: 'https://hooks.example/geheim' } }), noFile);
  expect(effective().find(({ key }) => key === 'alert.webhook')).toEqual({
    key: 'alert.webhook',
    value: '***',
    origin: 'RUSHES_ALERT_WEBHOOK',
  });
  expect(faultsOf({ env: { RUSHES_ALERT_WEBHOOK: 'geheim' } }).join()).not.toContain('geheim');
});

test('the declared settings: keys, variables and flags are unique, defaults pass their own schemas', () => {
  for (const names of [
    SETTING_LIST.map(([key]) => key),
    SETTING_LIST.map(([, one]) => one.variable),
    SETTING_LIST.flatMap(([, one]) => one.flag ?? []),
  ])
    expect(new Set(names).size).toBe(names.length);
  const defaults = Object.fromEntries(
    loadConfig(sources(), noFile)
      .effective()
      .filter(({ value }) => value !== undefined)
      .map(({ key, value }) => [key, value]),
  );
  const asFile: Record<string, Record<string, unknown>> = {};
  for (const [key, value] of Object.entries(defaults)) {
    const [group = '', name = ''] = key.split('.');
    (asFile[group] ??= {})[name] = value;
  }
  expect(faultsOf({}, file(asFile))).toEqual([]);
});

test('the URL of a store counts from where a path would, and its password is never shown', () => {
  const { config, effective } = loadConfig(
    sources({
      flags: { 'stores.objects': 'file:lake' },
      env: { RUSHES_LOG_URL: 'sqlite:///logs/log.sqlite', RUSHES_VIEWS_URL: 'mongodb://me:secret@host/rushes' },
    }),
    file({ stores: { speed: 'sqlite:../speed.sqlite' } }),
  );
  expect(config.stores).toEqual({
    objects: 'file:///project/lake',
    views: 'mongodb://me:secret@host/rushes',
    cache: 'memory:',
    log: 'sqlite:///logs/log.sqlite',
    speed: 'sqlite:///speed.sqlite',
    keys: undefined,
  });
  const shown = Object.fromEntries(effective().map(({ key, value }) => [key, value]));
  expect(shown['stores.views']).toBe('mongodb://***@host/rushes');
  expect(faultsOf({ env: { RUSHES_LOG_URL: 'log.sqlite' } })).toEqual([
    'RUSHES_LOG_URL: "log.sqlite" is not accepted. Give a URL with its scheme, like sqlite:log.sqlite or file:///data/lake',
  ]);
});
