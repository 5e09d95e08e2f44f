/** The files as the tools that read them see them: Docker Compose's own parser, and the rules that people check Dockerfiles by. */
import { randomBytes } from 'node:crypto';
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterAll, beforeAll, expect, test } from 'vitest';

import { composeFiles } from '../../apps/rushes/src/compose-files.ts';
import { writeComposeFiles } from '../../apps/rushes/src/write-compose-files.ts';
import { openComposeParser } from '../../tools/containers/compose-parser.ts';
import { hadolintProgram } from '../../tools/containers/hadolint.ts';
import { runTool } from '../../tools/services/tools.ts';
import { ROOT } from '../planted-copy.ts';
import { composeFile } from './compose-file.ts';
import { say, unlessMissing } from './unless-missing.ts';

const compose = await unlessMissing("docker-compose.yml with Compose's parser", () => openComposeParser(say));
const hadolint = await unlessMissing('the Dockerfile with hadolint', () => hadolintProgram(say));

let folder = '';
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'rushes-compose-'));
  cpSync(join(ROOT, 'docker-compose.yml'), join(folder, 'docker-compose.yml'));
  cpSync(join(ROOT, 'deploy'), join(folder, 'deploy'), { recursive: true });
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

test.skipIf(compose === undefined)('Compose takes the file with what `rushes compose init` writes, and not without', async () => {
  await expect(compose?.(folder)).rejects.toThrow('npx rushes compose init');
  await writeComposeFiles(folder, composeFiles(randomBytes));
  const all = Object.entries(composeFile.services);
  const core = all.filter(([, { profiles }]) => profiles === undefined);
  const names = (services: readonly (readonly [string, unknown])[]) => services.map(([name]) => name).toSorted();
  const understood = (await compose?.(folder, ['dashboards', 'mongodb']))?.services ?? {};
  expect(Object.keys(understood).toSorted()).toEqual(names(all));
  expect(Object.keys((await compose?.(folder))?.services ?? {}).toSorted()).toEqual(names(core));
  const published = Object.values(understood).flatMap(({ ports = [] }) => ports.map(({ host_ip: address }) => address));
  expect(published).toEqual(['127.0.0.1', '127.0.0.1', '127.0.0.1']);
});

test.skipIf(compose === undefined)('Compose refuses a file with a mistake', async () => {
  const other = join(folder, 'other');
  mkdirSync(other);
  writeFileSync(join(other, 'docker-compose.yml'), 'services:\n  x:\n    image: a:1.0.0\n    helthcheck: {}\n');
  await expect(compose?.(other)).rejects.toThrow('helthcheck');
});

test.skipIf(hadolint === undefined)('hadolint finds nothing in the Dockerfile, and finds what is wrong elsewhere', async () => {
  expect(await runTool(hadolint ?? '', [join(ROOT, 'Dockerfile')])).toBe('');
  const wrong = join(folder, 'Dockerfile');
  writeFileSync(wrong, 'FROM debian:latest\nRUN cd /x && apt-get install curl\nCMD node main.js\n');
  await expect(runTool(hadolint ?? '', [wrong])).rejects.toThrow('DL3007');
});
