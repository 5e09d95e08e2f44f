/** The variables of a container, as its pod declares them. */
import type { V1Container, V1EnvVarSource, V1ResourceFieldSelector } from '@kubernetes/client-node';

import type { HeldPod } from './held-pod.ts';
import { CannotStart, type LocalImage } from './image.ts';

/** `$(NAME)` is a variable that is known already, `$$` is `$`. */
export const expand = (text: string, known: Readonly<Record<string, string>>): string =>
  text.replaceAll(/\$\$|\$\(([A-Za-z_][\w.-]*)\)/g, (found, name: string | undefined) =>
    name === undefined ? '$' : Object.hasOwn(known, name) ? (known[name] ?? '') : found,
  );

/** A field of the pod by its path. @throws CannotStart if it is none of those that containers may have. */
export const fieldOf = ({ pod: { metadata, spec }, address, hostAddress }: HeldPod, path: string): string => {
  const [, map, key] = /^metadata\.(labels|annotations)\['(.+)'\]$/.exec(path) ?? [];
  if (key !== undefined) return (map === 'labels' ? metadata?.labels : metadata?.annotations)?.[key] ?? '';
  const fields: Readonly<Record<string, string | undefined>> = {
    'metadata.name': metadata?.name,
    'metadata.namespace': metadata?.namespace,
    'metadata.uid': metadata?.uid,
    'spec.nodeName': spec?.nodeName,
    'spec.serviceAccountName': spec?.serviceAccountName,
    'status.podIP': address,
    'status.hostIP': hostAddress,
  };
  const value = fields[path];
  if (value === undefined) throw new CannotStart('CreateContainerConfigError', `field ${path} is not known here`);
  return value;
};

const UNITS: Readonly<Record<string, number>> = {
  m: 1 / 1_000,
  k: 10 ** 3,
  M: 10 ** 6,
  G: 10 ** 9,
  Ki: 2 ** 10,
  Mi: 2 ** 20,
  Gi: 2 ** 30,
};

/** `500m`, `2`, `1Gi` as a number. */
const amount = (quantity: string): number => {
  const [, number, unit = ''] = /^([0-9.]+)([A-Za-z]*)$/.exec(quantity) ?? [];
  return Number(number) * (UNITS[unit] ?? 1);
};

/** A limit or request of a container, rounded up to whole units of the divisor. */
const resourceOf = ({ resources }: V1Container, { resource, divisor = '1' }: V1ResourceFieldSelector): string => {
  const [kind, name = ''] = resource.split('.');
  const quantity = (kind === 'limits' ? resources?.limits : resources?.requests)?.[name];
  if (quantity === undefined) throw new CannotStart('CreateContainerConfigError', `the container has no ${resource}`);
  return String(Math.ceil(amount(quantity) / amount(divisor === '0' ? '1' : divisor)));
};

const valueFrom = async (held: HeldPod, container: V1Container, source: V1EnvVarSource): Promise<string | undefined> => {
  if (source.fieldRef) return fieldOf(held, source.fieldRef.fieldPath);
  if (source.resourceFieldRef) return resourceOf(container, source.resourceFieldRef);
  const key = source.secretKeyRef ?? source.configMapKeyRef;
  if (!key?.name) throw new CannotStart('CreateContainerConfigError', 'a variable has a source that is not known here');
  const { name, optional = false } = key;
  const values = await held.read(source.secretKeyRef ? 'secret' : 'configMap', name, optional);
  const value = values[key.key];
  if (value === undefined && !optional) throw new CannotStart('CreateContainerConfigError', `there is no key ${key.key} in ${name}`);
  return value?.toString('utf8');
};

/** @throws CannotStart if something that they come from is not there. */
export const environmentOf = async (
  held: HeldPod,
  container: V1Container,
  image: LocalImage,
): Promise<Readonly<Record<string, string>>> => {
  const env: Record<string, string> = { ...image.env, HOSTNAME: held.pod.metadata?.name ?? '' };
  if (held.apiPort !== undefined)
    Object.assign(env, { KUBERNETES_SERVICE_HOST: '127.0.0.1', KUBERNETES_SERVICE_PORT: String(held.apiPort) });
  for (const { configMapRef, secretRef, prefix = '' } of container.envFrom ?? []) {
    const from = secretRef ?? configMapRef;
    if (!from?.name) continue;
    const values = await held.read(secretRef ? 'secret' : 'configMap', from.name, from.optional);
    for (const [name, value] of Object.entries(values)) env[prefix + name] = value.toString('utf8');
  }
  for (const { name, value, valueFrom: source } of container.env ?? []) {
    const given = source ? await valueFrom(held, container, source) : expand(value ?? '', env);
    if (given !== undefined) env[name] = given;
  }
  return env;
};
