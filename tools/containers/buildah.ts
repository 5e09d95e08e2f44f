/** Images without a daemon and without a registry: buildah, in a storage of its own that is kept between uses. */
import { existsSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { installed, servicesFolder } from '../services/installed.ts';
import { runTool } from '../services/tools.ts';
import { debianEnvironment, debianTools } from './debian-tools.ts';

/** What an image says of the processes that run in it, as Docker's configuration has it. */
export interface ImageConfig {
  readonly User: string;
  readonly Env: readonly string[];
  readonly Entrypoint: readonly string[];
  readonly Cmd: readonly string[];
  readonly WorkingDir: string;
  readonly Labels: Readonly<Record<string, string>>;
  readonly Healthcheck?: { readonly Test: readonly string[] };
}

export interface Buildah {
  /** Runs a command of buildah. Returns what it said. */
  readonly run: (...args: readonly string[]) => Promise<string>;
  /** Runs a command with the same variables. */
  readonly runBeside: (program: string, args: readonly string[]) => Promise<string>;
  /** The file that says whose signatures images need. */
  readonly policy: string;
}

const STALE_SECONDS = 7 * 86_400;

interface ListedImage {
  readonly id: string;
  readonly names: readonly string[] | null;
  /** In seconds since 1970. */
  readonly created: number;
}

/** Layers of builds are kept as images without a name, and nothing else removes them. What is in use stays. */
const removeStale = async (run: Buildah['run']): Promise<void> => {
  const all = JSON.parse((await run('images', '--all', '--json')) || '[]') as readonly ListedImage[]; // as: buildah's own format
  const stale = all.filter(({ names, created }) => names === null && Date.now() / 1000 - created > STALE_SECONDS);
  // An image cannot go before those that were made from it.
  for (const { id } of stale.toSorted((a, b) => b.created - a.created)) await run('rmi', id).catch(() => {});
};

/** @throws ServiceError if it cannot be had here. */
export const openBuildah = async (say: (text: string) => void): Promise<Buildah> => {
  const tools = await installed(debianTools, say);
  const folder = join(servicesFolder(), 'images');
  const temporary = join(folder, 'tmp'); // buildah keeps the caches of build steps here too
  await mkdir(temporary, { recursive: true });
  const paths = { storage: join(folder, 'storage.conf'), registries: join(folder, 'registries.conf'), policy: join(folder, 'policy.json') };
  await writeFile(
    paths.storage,
    `[storage]\ndriver = "overlay"\ngraphroot = "${join(folder, 'storage')}"\nrunroot = "${join(folder, 'run')}"\n`,
  );
  await writeFile(paths.registries, 'unqualified-search-registries = []\n');
  await writeFile(paths.policy, '{ "default": [{ "type": "insecureAcceptAnything" }] }\n'); // what was made here is signed by nobody
  const env = {
    ...debianEnvironment(tools),
    TMPDIR: temporary,
    CONTAINERS_STORAGE_CONF: paths.storage,
    CONTAINERS_REGISTRIES_CONF: paths.registries,
    BUILDAH_ISOLATION: 'chroot',
  };
  const beside = [join(tools, 'usr/bin'), join(tools, 'usr/sbin')];
  const pathOf = (program: string): string => beside.map((place) => join(place, program)).find((path) => existsSync(path)) ?? program;
  const run: Buildah['run'] = (...args) => runTool(pathOf('buildah'), args, env);
  await removeStale(run);
  return {
    run,
    runBeside: (program, args) => runTool(pathOf(program), args, env),
    policy: paths.policy,
  };
};
