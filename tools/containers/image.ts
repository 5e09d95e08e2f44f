/** The Dockerfile, built. */
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { servicesFolder } from '../services/installed.ts';
import { runTool } from '../services/tools.ts';
import type { Buildah, ImageConfig } from './buildah.ts';

const ROOT = join(import.meta.dirname, '../..');
const CERTIFICATES = '/etc/ssl/certs';

/** What npm has to know inside a build: the registry of this machine, and who may sign for it. Names and passwords stay here. */
const npmConfiguration = async (): Promise<string> => {
  const registry = (await runTool('npm', ['config', 'get', 'registry'])).trim();
  const authorities = process.env['NODE_EXTRA_CA_CERTS'];
  const lines = [`registry=${registry}`, ...(authorities?.startsWith(`${CERTIFICATES}/`) === true ? [`cafile=${authorities}`] : [])];
  return `${lines.join('\n')}\n`;
};

/** Builds the image. Returns its id: a name could be another one's a moment later. Layers that have not changed are taken from the last time. */
export const buildImage = async (buildah: Buildah): Promise<string> => {
  const folder = await mkdtemp(join(servicesFolder(), 'images/build-'));
  try {
    const npmrc = join(folder, 'npmrc');
    await writeFile(npmrc, await npmConfiguration());
    const idFile = join(folder, 'id');
    const how = ['--format', 'docker', '--layers', '--force-rm', '--pull-never', '--signature-policy', buildah.policy];
    const beside = ['--secret', `id=npmrc,src=${npmrc}`, '--volume', `${CERTIFICATES}:${CERTIFICATES}:ro`];
    await buildah.run('build', ...how, ...beside, '--iidfile', idFile, ROOT);
    return (await readFile(idFile, 'utf8')).trim().replace(/^sha256:/, '');
  } finally {
    await rm(folder, { recursive: true });
  }
};

export interface MountedImage {
  /** Where the image's root lies. Nothing may be changed in it. */
  readonly root: string;
  readonly config: ImageConfig;
  readonly unmount: () => Promise<void>;
}

/** Makes the files of an image readable. */
export const mountImage = async (buildah: Buildah, id: string): Promise<MountedImage> => {
  const container = (await buildah.run('from', '--pull-never', '--signature-policy', buildah.policy, id)).trim();
  const root = (await buildah.run('mount', container)).trim();
  const inspected = await buildah.run('inspect', '--type', 'image', id);
  const { Docker: image } = JSON.parse(inspected) as { readonly Docker: { readonly config: ImageConfig } }; // as: Docker's own format
  return {
    root,
    config: image.config,
    unmount: async () => void (await buildah.run('rm', container)),
  };
};
