/**
 * An image in the place of the Dockerfile's base, made of the same parts where no registry can be asked: Debian of the same release, Node of the same version
 * where that image has it, npm. It is tagged with that image's name, so that the Dockerfile is built as it is.
 */
import { existsSync } from 'node:fs';
import { cp, mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';

import { installed } from '../services/installed.ts';
import { type Installable, ServiceError } from '../services/service.ts';
import { runTool } from '../services/tools.ts';
import type { Buildah } from './buildah.ts';

const ROOT = join(import.meta.dirname, '../..');
/** The Node that everything here runs on; on other processors there is a package of another name. */
const NODE = process.execPath;
/** Of the line that Node 24 comes with. */
const NPM = 'npm@11';
const ARCHIVE = 'http://deb.debian.org/debian';

/** `trixie` of `docker.io/library/node:24.21.0-trixie-slim`. @throws ServiceError if the tag has another form. */
const partsOfBase = (image: string): { readonly node: string; readonly release: string } => {
  const [, node, release] = /:([0-9.]+)-([a-z]+)-slim(?:@.*)?$/.exec(image) ?? [];
  if (node === undefined || release === undefined) throw new ServiceError(`${image} is not of the form node:VERSION-RELEASE-slim`);
  return { node, release };
};

/** The image that the Dockerfile begins with. */
const baseOfDockerfile = async (): Promise<string> => {
  const [, image] = /^ARG NODE_IMAGE=(.+)$/m.exec(await readFile(join(ROOT, 'Dockerfile'), 'utf8')) ?? [];
  if (image === undefined) throw new ServiceError('the Dockerfile names no base');
  return image;
};

const debian = (release: string, buildah: Buildah): Installable => ({
  name: 'debian',
  version: release,
  missing: () => undefined,
  async install(folder) {
    const root = join(folder, 'root');
    await buildah.runBeside('debootstrap', ['--variant=minbase', release, root, ARCHIVE]);
    await runTool('npm', ['install', '--global', '--no-audit', '--no-fund', '--prefix', join(root, 'usr/local'), NPM]);
    await mkdir(join(root, 'usr/local/bin'), { recursive: true });
    await cp(NODE, join(root, 'usr/local/bin/node'));
    await runTool('chroot', [root, 'apt-get', 'clean']);
  },
});

/** Makes the image if it is not there yet. @throws ServiceError if it cannot be had. */
export const makeBaseImage = async (buildah: Buildah, say: (text: string) => void): Promise<string> => {
  const image = await baseOfDockerfile();
  const { node, release } = partsOfBase(image);
  if (`v${node}` !== process.version) throw new ServiceError(`the base has Node ${node}, but this is ${process.version}`);
  const names = await buildah.run('images', '--format', '{{.Name}}:{{.Tag}}');
  if (names.split('\n').includes(image)) return image;
  const place = await installed(debian(release, buildah), say);
  if (!existsSync(join(place, 'root/usr/local/bin/node'))) throw new ServiceError(`${place} is not whole: remove it`);
  const container = (await buildah.run('from', '--signature-policy', buildah.policy, 'scratch')).trim();
  const mounted = (await buildah.run('mount', container)).trim();
  await runTool('cp', ['-a', `${join(place, 'root')}/.`, mounted]);
  await buildah.run('config', '--env', 'PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin', '--cmd', 'node', container);
  await buildah.run('commit', '--signature-policy', buildah.policy, '--format', 'docker', '--rm', container, image);
  return image;
};
