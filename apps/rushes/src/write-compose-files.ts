/** Writes secrets, each file at its mode from the first byte on. Invariant: nothing that is there is changed. */
import { access, chmod, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { UsageError } from '@rushes/runtime';

import type { ComposeFiles } from './compose-files.ts';

const OWNER_ALONE = 0o600;
const FOLDER_OF_OWNER = 0o700;
/**
 * Compose mounts a secret's file as it is, and the user in the container is not the one who wrote it. Others of this machine are kept out by the folder;
 * a file that is mounted is reached without passing through it.
 */
const READ_BY_CONTAINERS = 0o444;

const isThere = (path: string): Promise<boolean> =>
  access(path).then(
    () => true,
    () => false,
  );

/**
 * Writes `.env` and `secrets/` into a folder, which is there. Returns the paths.
 * @throws UsageError if one of the files is there already; then none is written.
 */
export const writeComposeFiles = async (folder: string, { env, secrets }: ComposeFiles): Promise<readonly string[]> => {
  const secretsFolder = join(folder, 'secrets');
  const envFile = join(folder, '.env');
  const files = Object.entries(secrets).map(([name, text]) => ({ path: join(secretsFolder, name), text }));
  const paths = [envFile, ...files.map(({ path }) => path)];
  const there: string[] = [];
  for (const path of paths) if (await isThere(path)) there.push(path);
  if (there.length > 0)
    throw new UsageError(`${there.join(' and ')} ${there.length === 1 ? 'is' : 'are'} there already: nothing was written`, {
      hint: 'Servers keep these secrets with their data, so go on with the ones that are there. To begin anew, `docker compose down --volumes` removes the data; then remove .env and secrets/.',
    });
  await mkdir(secretsFolder, { recursive: true, mode: FOLDER_OF_OWNER });
  await chmod(secretsFolder, FOLDER_OF_OWNER);
  for (const { path, text } of files) {
    await writeFile(path, text, { flag: 'wx', mode: OWNER_ALONE });
    await chmod(path, READ_BY_CONTAINERS); // past the umask
  }
  // Last: Compose starts nothing without it, so what was cut off is not taken for whole.
  await writeFile(envFile, env, { flag: 'wx', mode: OWNER_ALONE });
  return paths;
};
