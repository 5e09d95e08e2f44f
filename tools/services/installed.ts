/** Where servers and tools are kept between uses. A folder is whole or not there: an installation that was cut off leaves nothing that looks like one. */
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rename, rm } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';

import { type Installable, ServiceError } from './service.ts';

/** `SERVICES_FOLDER`, or one in the user's cache. */
export const servicesFolder = (env: NodeJS.ProcessEnv = process.env): string =>
  env['SERVICES_FOLDER'] ?? join(env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'), 'rushes', 'services');

/** Where it is, or is going to be. */
export const placeOf = ({ name, version }: Installable): string => join(servicesFolder(), 'installed', `${name}-${version}`);

export const isInstalledHere = (service: Installable): boolean => existsSync(placeOf(service));

/**
 * Its folder; it is fetched if it is not there. `say`: told when that begins, since it may take minutes.
 * @throws ServiceError if it cannot be had.
 */
export const installed = async (service: Installable, say: (text: string) => void): Promise<string> => {
  const place = placeOf(service);
  if (existsSync(place)) return place;
  const missing = service.missing();
  if (missing !== undefined) throw new ServiceError(`${service.name} ${service.version} cannot be had: ${missing}`);
  await mkdir(join(servicesFolder(), 'installed'), { recursive: true });
  say(`${service.name}: fetching version ${service.version}${service.slow === undefined ? '' : `, ${service.slow}`}`);
  const partial = await mkdtemp(`${place}.partial-`);
  const beganMs = performance.now();
  try {
    await service.install(partial);
    await rename(partial, place).catch((error: unknown) => {
      // Another process was quicker.
      if (!existsSync(place)) throw error;
    });
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new ServiceError(`${service.name} ${service.version} cannot be had: ${reason}`, { cause });
  } finally {
    await rm(partial, { recursive: true, force: true });
  }
  say(`${service.name}: in ${place} after ${Math.round((performance.now() - beganMs) / 1000)} s`);
  return place;
};
