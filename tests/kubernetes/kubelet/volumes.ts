/** Volumes of a pod as folders of this machine. What a ConfigMap or Secret holds is written once, and does not follow changes. */
import { chmod, chown, mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';

import type { V1DownwardAPIVolumeFile, V1KeyToPath, V1Volume, V1VolumeProjection } from '@kubernetes/client-node';

import { fieldOf } from './environment.ts';
import type { HeldPod } from './held-pod.ts';
import { CannotStart } from './image.ts';

type Files = Readonly<Record<string, Buffer | string>>;

const FILE_MODE = 0o644;

/** All files, or those that `items` names, where it says. */
const placed = (files: Readonly<Record<string, Buffer>>, items: readonly V1KeyToPath[] | undefined): Files =>
  items === undefined ? files : Object.fromEntries(items.flatMap(({ key, path }) => (files[key] ? [[path, files[key]]] : [])));

const fields = (held: HeldPod, items: readonly V1DownwardAPIVolumeFile[] = []): Files =>
  Object.fromEntries(items.map(({ path, fieldRef }) => [path, fieldOf(held, fieldRef?.fieldPath ?? '')]));

const projected = async (held: HeldPod, source: V1VolumeProjection): Promise<Files> => {
  const { configMap, secret, downwardAPI, serviceAccountToken: token } = source;
  if (token) return { [token.path]: await held.token(token.audience, token.expirationSeconds) };
  if (downwardAPI) return fields(held, downwardAPI.items);
  const from = secret ?? configMap;
  if (!from?.name) throw new CannotStart('CreateContainerConfigError', 'a projected volume has a source that is not known here');
  return placed(await held.read(secret ? 'secret' : 'configMap', from.name, from.optional), from.items);
};

/** The files of a volume that is made of such; `undefined` if it is of another kind. */
const filesOf = async (held: HeldPod, volume: V1Volume): Promise<Files | undefined> => {
  const { configMap, secret, downwardAPI, projected: sources } = volume;
  if (configMap?.name) return placed(await held.read('configMap', configMap.name, configMap.optional), configMap.items);
  if (secret?.secretName) return placed(await held.read('secret', secret.secretName, secret.optional), secret.items);
  if (downwardAPI) return fields(held, downwardAPI.items);
  if (!sources) return undefined;
  const parts: Files[] = [];
  for (const source of sources.sources ?? []) parts.push(await projected(held, source));
  return Object.assign({}, ...parts) as Files; // as: all are such
};

const modeOf = ({ configMap, secret, downwardAPI, projected: sources }: V1Volume): number =>
  (configMap ?? secret ?? downwardAPI ?? sources)?.defaultMode ?? FILE_MODE;

/** Makes a volume. Returns its folder. @throws CannotStart if what it holds is not there. */
export const makeVolume = async (held: HeldPod, volume: V1Volume): Promise<string> => {
  const { spec, metadata } = held.pod;
  if (volume.persistentVolumeClaim) return held.claimed(volume.persistentVolumeClaim.claimName);
  if (volume.ephemeral) return held.claimed(`${metadata?.name}-${volume.name}`);
  const folder = join(held.folder, 'volumes', volume.name);
  await mkdir(folder, { recursive: true });
  const group = spec?.securityContext?.fsGroup;
  if (volume.emptyDir) {
    if (group !== undefined) await chown(folder, 0, group);
    await chmod(folder, group === undefined ? 0o777 : 0o2777);
    return folder;
  }
  const files = await filesOf(held, volume);
  if (files === undefined) throw new CannotStart('CreateContainerConfigError', `volume ${volume.name} is of a kind that is not known here`);
  const mode = modeOf(volume);
  for (const [path, bytes] of Object.entries(files)) {
    const at = join(folder, path);
    await mkdir(dirname(at), { recursive: true });
    await writeFile(at, bytes);
    if (group !== undefined) await chown(at, 0, group);
    await chmod(at, group === undefined ? mode : mode | 0o440);
  }
  return folder;
};
