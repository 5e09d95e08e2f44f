/**
 * A node for tests: it runs the containers of pods as processes of this machine, from images that lie here, and has the rights of a kubelet and no more.
 *
 * It knows what pods of this repository use: variables and volumes of every usual source, claims on folders of this machine, users and groups, read-only roots,
 * init containers, restarts, probes by HTTP, endings with grace, logs. It does not know: pulling images, probes and hooks by commands, limits, sidecars, `kubectl
 * exec`, routes to services and names of them.
 */
import { join } from 'node:path';
import { readFileSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

import {
  CoreV1Api,
  KubeConfig,
  makeInformer,
  PatchStrategy,
  setHeaderOptions,
  type V1Pod,
  type V1PodStatus,
} from '@kubernetes/client-node';

import { certificateFolder, kubeconfigOf, NODE_NAME } from '../../../tools/services/kubernetes/credentials.ts';
import { isCode } from './api-code.ts';
import type { HeldPod } from './held-pod.ts';
import { CannotStart, type LocalImages } from './image.ts';
import { serveLogs } from './logs.ts';
import { registerNode, renewLease } from './node.ts';
import { runPod, type RunningPod } from './run-pod.ts';

export interface Kubelet {
  /** Kills what runs, and says nothing of it, as a machine that loses power. */
  readonly stop: () => Promise<void>;
}

interface KnownPod {
  pod: V1Pod;
  readonly running: RunningPod | undefined;
  /** Starts of each container so far. */
  readonly attempts: Map<string, number>;
  stopping?: Promise<void>;
}

const HOST = '127.0.0.1';
const RETRY_MS = 500;
const HEARTBEAT_MS = 10_000;
const GRACE_SECONDS = 30;
const PATCH = setHeaderOptions('Content-Type', PatchStrategy.StrategicMergePatch);

const bytesOf = (values: Readonly<Record<string, string>> = {}, encoding: 'utf8' | 'base64'): Readonly<Record<string, Buffer>> =>
  Object.fromEntries(Object.entries(values).map(([name, value]) => [name, Buffer.from(value, encoding)]));

/**
 * Joins the node of a control plane. `folder`: for pods, not there yet or empty.
 * @param controlPlane its folder.
 */
export const startKubelet = async (controlPlane: string, folder: string, images: LocalImages): Promise<Kubelet> => {
  const config = new KubeConfig();
  config.loadFromFile(kubeconfigOf(controlPlane, 'node'));
  const core = config.makeApiClient(CoreV1Api);
  const { hostname: host, port: apiPort } = new URL(config.getCurrentCluster()?.server ?? '');
  const apiServer = { host, port: Number(apiPort) };
  const over = new AbortController();
  const known = new Map<string, KnownPod>();
  await mkdir(folder, { recursive: true, mode: 0o755 });

  const pause = (ms: number): Promise<void> => sleep(ms, undefined, { signal: over.signal }).catch(() => undefined);
  /** The API server may be away for a while. `undefined`: what it is about has gone, or the node has. */
  const insist = async <Result>(work: () => Promise<Result>): Promise<Result | undefined> => {
    while (!over.signal.aborted)
      try {
        return await work();
      } catch (error) {
        if (isCode(error, 404, 409)) return undefined;
        await pause(RETRY_MS);
      }
    return undefined;
  };

  const hold = (pod: V1Pod, address: string): HeldPod => {
    const { namespace = '', name = '', uid = '' } = pod.metadata ?? {};
    const missing = (what: string) => (error: unknown) => {
      // What a node may read follows the pods that it has a moment later.
      if (isCode(error, 403, 404)) throw new CannotStart('CreateContainerConfigError', `${what} is not there`, { cause: error });
      throw error;
    };
    return {
      pod,
      address,
      hostAddress: HOST,
      folder: join(folder, uid),
      async read(kind, of, optional = false) {
        try {
          if (kind === 'secret') return bytesOf((await core.readNamespacedSecret({ namespace, name: of })).data, 'base64');
          const { data, binaryData } = await core.readNamespacedConfigMap({ namespace, name: of });
          return { ...bytesOf(data, 'utf8'), ...bytesOf(binaryData, 'base64') };
        } catch (error) {
          if (optional && isCode(error, 404)) return {};
          return missing(`${kind} ${of}`)(error);
        }
      },
      async token(audience, seconds = 3_600) {
        const { status } = await core
          .createNamespacedServiceAccountToken({
            namespace,
            name: pod.spec?.serviceAccountName ?? 'default',
            body: {
              spec: {
                audiences: audience === undefined ? [] : [audience],
                expirationSeconds: seconds,
                boundObjectRef: { apiVersion: 'v1', kind: 'Pod', name, uid },
              },
            },
          })
          .catch(missing('the service account'));
        return status?.token ?? '';
      },
      async claimed(claim) {
        const { spec } = await core.readNamespacedPersistentVolumeClaim({ namespace, name: claim }).catch(missing(`claim ${claim}`));
        if (spec?.volumeName === undefined) throw new CannotStart('CreateContainerConfigError', `claim ${claim} is bound to nothing`);
        const volume = await core.readPersistentVolume({ name: spec.volumeName }).catch(missing(`volume ${spec.volumeName}`));
        const path = volume.spec?.hostPath?.path ?? volume.spec?.local?.path;
        if (path === undefined)
          throw new CannotStart('CreateContainerConfigError', `volume ${spec.volumeName} is no folder of this machine`);
        return path;
      },
    };
  };

  const logFile = (uid: string, container: string, attempt: number): string => join(folder, uid, 'logs', container, `${attempt}.log`);

  const begin = (pod: V1Pod): KnownPod => {
    const { namespace = '', name = '', uid = '' } = pod.metadata ?? {};
    const attempts = new Map<string, number>();
    let reported: Promise<unknown> = Promise.resolve();
    const report = async (status: V1PodStatus): Promise<void> => {
      reported = reported.then(() =>
        insist(() => core.patchNamespacedPodStatus({ namespace, name, body: { metadata: { uid }, status } }, PATCH)),
      );
      await reported;
    };
    const log = (container: string, attempt: number): string => {
      attempts.set(container, attempt);
      return logFile(uid, container, attempt);
    };
    const isOver = ['Succeeded', 'Failed'].includes(pod.status?.phase ?? '');
    return { pod, attempts, running: isOver ? undefined : runPod(pod, { images, held: hold, apiServer, log, report }) };
  };

  const remove = async ({ pod, running }: KnownPod, graceSeconds: number): Promise<void> => {
    const { namespace = '', name = '', uid = '' } = pod.metadata ?? {};
    await running?.stop(graceSeconds);
    await insist(() => core.deleteNamespacedPod({ namespace, name, body: { gracePeriodSeconds: 0, preconditions: { uid } } }));
  };

  const see = (pod: V1Pod): void => {
    const { uid = '', deletionTimestamp, deletionGracePeriodSeconds = GRACE_SECONDS } = pod.metadata ?? {};
    if (over.signal.aborted) return;
    const one = known.get(uid) ?? begin(pod);
    known.set(uid, one);
    one.pod = pod;
    if (deletionTimestamp !== undefined) one.stopping ??= remove(one, deletionGracePeriodSeconds);
  };

  const fieldSelector = `spec.nodeName=${NODE_NAME}`;
  const path = `/api/v1/pods?fieldSelector=${encodeURIComponent(fieldSelector)}`;
  const informer = makeInformer(config, path, () => core.listPodForAllNamespaces({ fieldSelector }));
  informer.on('add', see);
  informer.on('update', see);
  informer.on('delete', (pod) => {
    const one = known.get(pod.metadata?.uid ?? '');
    known.delete(pod.metadata?.uid ?? '');
    // Removed by force: nobody waits for it.
    if (one !== undefined) one.stopping ??= one.running?.stop(0) ?? Promise.resolve();
  });
  informer.on('error', () => void pause(RETRY_MS).then(() => (over.signal.aborted ? undefined : insist(() => informer.start()))));

  const certificates = certificateFolder(controlPlane);
  const identity = {
    key: readFileSync(join(certificates, 'apiserver.key')),
    cert: readFileSync(join(certificates, 'apiserver.crt')),
  };
  const logs = await serveLogs(identity, (namespace, pod, container) => {
    const found = [...known.values()].find(({ pod: { metadata } }) => metadata?.namespace === namespace && metadata.name === pod);
    const attempt = found?.attempts.get(container);
    if (found === undefined || attempt === undefined) return undefined;
    const uid = found.pod.metadata?.uid ?? '';
    const isOpen = (): boolean =>
      known.has(uid) && !over.signal.aborted && !['Succeeded', 'Failed'].includes(found.pod.status?.phase ?? '');
    return {
      file: logFile(uid, container, attempt),
      previousFile: attempt === 0 ? undefined : logFile(uid, container, attempt - 1),
      isOpen,
    };
  });
  const { port } = logs.address() as AddressInfo; // as: it listens on a port
  const node = { name: NODE_NAME, address: HOST, port };
  await registerNode(config, node);
  const heart = (async () => {
    while (!over.signal.aborted) {
      await insist(() => renewLease(config, node));
      await pause(HEARTBEAT_MS);
    }
  })();
  await informer.start();

  return {
    async stop() {
      over.abort();
      await informer.stop();
      await heart;
      await Promise.all([...known.values()].map(async ({ running }) => running?.stop(0)));
      logs.closeAllConnections();
      await new Promise((resolve) => logs.close(resolve));
    },
  };
};
