/** What holds for the files in k8s/ without a control plane. */
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

import { expect, test } from 'vitest';
import { parse, parseAllDocuments } from 'yaml';

import { SETTING_LIST } from '../../libs/runtime/src/index.ts';
import { startEntrances } from '../../layers/serving/test/entrance-service.ts';
import { composeFile } from '../containers/compose-file.ts';
import { ROOT } from '../planted-copy.ts';

const FOLDER = join(ROOT, 'k8s');
const files = globSync('**/*', { cwd: FOLDER, withFileTypes: true })
  .filter((entry) => entry.isFile())
  .map((entry) => join(entry.parentPath, entry.name));
const text = (path: string): string => readFileSync(path, 'utf8');
const manifests = files.filter((path) => path.endsWith('.yaml'));

/** Without the lines at the top that say what a file is. */
const withoutHead = (content: string): string => content.replace(/^(#.*\n)+/, '');

test('every variable in it is a setting', () => {
  const known = new Set<string>(SETTING_LIST.map(([, { variable }]) => variable));
  const used = new Set(files.flatMap((path) => text(path).match(/\bRUSHES_[A-Z0-9_]+/g) ?? []));
  expect(used.size).toBeGreaterThan(10);
  expect([...used].filter((name) => !known.has(name))).toEqual([]);
});

test('the outside may ask for all that the API has, and for nothing else', async () => {
  const service = await startEntrances();
  const { paths } = (await service.app.inject('/openapi.json')).json() as { readonly paths: object }; // as: the form of OpenAPI
  await service.close();
  const ingress = parse(text(join(FOLDER, 'base/ingress.yaml'))) as {
    readonly spec: {
      readonly rules: readonly { readonly http: { readonly paths: readonly { readonly path: string; readonly pathType: string }[] } }[];
    };
  }; // as: the API's form
  const rules = ingress.spec.rules.flatMap(({ http }) => http.paths);
  const isOpen = (path: string): boolean =>
    rules.some((rule) => path === rule.path || (rule.pathType === 'Prefix' && path.startsWith(`${rule.path}/`)));
  const inside = (path: string): boolean => path === '/metrics' || path === '/health' || path.startsWith('/health/');
  const documented = Object.keys(paths);
  expect(documented.filter((path) => isOpen(path) === inside(path))).toEqual([]);
  expect(documented.filter(inside)).not.toEqual([]);
});

test('it holds no secret', () => {
  for (const path of manifests) expect(parseAllDocuments(text(path)).map((document) => document.get('kind'))).not.toContain('Secret');
  expect(files.filter((path) => /:\/\/[^/\s'"]*:[^/\s'"]*@/.test(text(path)))).toEqual([]);
});

test('images of others are those of docker-compose.yml; the own one has no tag but in overlays', () => {
  const images = new Set(manifests.flatMap((path) => [...text(path).matchAll(/^\s+image: (.+)$/gm)].map(([, image = '']) => image)));
  const deployed = new Set(Object.values(composeFile.services).map(({ image }) => image));
  expect([...images].filter((image) => image !== 'rushes' && !deployed.has(image))).toEqual([]);
  expect(images.size).toBeGreaterThan(5);
});

test('overlays for trying name the version of what the image is built from', () => {
  const { version } = JSON.parse(text(join(ROOT, 'apps/rushes/package.json'))) as { readonly version: string }; // as: npm's own file
  for (const name of ['local', 'trial'])
    expect(text(join(FOLDER, `overlays/${name}/kustomization.yaml`))).toContain(`{ name: rushes, newName: rushes, newTag: ${version} }`);
});

test.each([
  ['kafka/server.properties', 'kafka/server.properties'],
  ['cassandra/configuration.yaml', 'cassandra.yaml'],
  ['postgres/10-rushes.sh', 'postgres/10-rushes.sh'],
  ['redis/redis.conf', 'redis.conf'],
])('components/%s says what deploy/compose/%s says', (component, composed) => {
  const [ours, theirs] = [text(join(FOLDER, 'components', component)), text(join(ROOT, 'deploy/compose', composed))];
  expect(withoutHead(ours)).toBe(withoutHead(theirs));
  expect(withoutHead(ours)).not.toBe('');
});
