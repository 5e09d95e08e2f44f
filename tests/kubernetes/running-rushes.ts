/** Rushes in a cluster of its own: the pods of k8s/overlays/local on a node that runs them from the image that the Dockerfile makes. */
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { BatchV1Api, CoreV1Api, type V1CronJob, type V1Job, type V1JobSpec, type V1Pod, type V1PodSpec } from '@kubernetes/client-node';

import type { Buildah } from '../../tools/containers/buildah.ts';
import { buildImage, mountImage } from '../../tools/containers/image.ts';
import { ROOT } from '../planted-copy.ts';
import { type Cluster, startCluster } from './cluster.ts';
import { localImage } from './image-on-node.ts';
import { isCode } from './kubelet/api-code.ts';

export const NAMESPACE = 'rushes';

/** How a job ended, in Kubernetes's words. */
export interface JobResult {
  readonly type: string;
  readonly reason: string;
}

export interface RushesInCluster {
  readonly cluster: Cluster;
  readonly core: CoreV1Api;
  readonly batch: BatchV1Api;
  /** In its namespace. */
  readonly kubectl: (...args: readonly string[]) => Promise<string>;
  readonly cronJob: () => Promise<V1CronJob>;
  /** A job as the CronJob makes them, but for what `change` does to it. */
  readonly startJob: (name: string, change?: (job: V1JobSpec, pod: V1PodSpec) => void) => Promise<void>;
  readonly podsOf: (labelSelector: string) => Promise<readonly V1Pod[]>;
  readonly podsOfJob: (job: string) => Promise<readonly V1Pod[]>;
  /** `undefined` until it has ended. The API server may be away meanwhile. */
  readonly endedJob: (name: string) => Promise<JobResult | undefined>;
  readonly logsOf: (pod: V1Pod | undefined) => Promise<string>;
  readonly dispose: () => Promise<void>;
}

export const isReady = ({ status }: V1Pod): boolean =>
  status?.conditions?.some(({ type, status: is }) => type === 'Ready' && is === 'True') === true;

/** `titles`: of the sample that runs are made of. */
export const startRushes = async (buildah: Buildah, titles: string): Promise<RushesInCluster> => {
  const folder = mkdtempSync(join(tmpdir(), 'rushes-volume-'));
  const image = await mountImage(buildah, await buildImage(buildah));
  const cluster = await startCluster();
  const core = cluster.config.makeApiClient(CoreV1Api);
  const batch = cluster.config.makeApiClient(BatchV1Api);
  await cluster.startNode({ 'rushes:0.1.0': localImage(image) });
  // As the provisioners of clusters of one node make it.
  chmodSync(folder, 0o777);
  await cluster.kubectl(
    ['create', '-f', '-'],
    JSON.stringify({
      apiVersion: 'v1',
      kind: 'PersistentVolume',
      metadata: { name: 'one' },
      spec: {
        capacity: { storage: '5Gi' },
        accessModes: ['ReadWriteOnce'],
        hostPath: { path: folder },
        claimRef: { namespace: NAMESPACE, name: 'rushes-data' },
      },
    }),
  );
  await cluster.kubectl(['apply', '--validate=strict', '--kustomize', join(ROOT, 'k8s/overlays/local')]);
  const kubectl = (...args: readonly string[]): Promise<string> => cluster.kubectl(['--namespace', NAMESPACE, ...args]);
  const made = [
    {
      op: 'replace',
      path: '/spec/jobTemplate/spec/template/spec/initContainers/0/command',
      value: ['rushes', 'sample', '--titles', titles, '--out', '/imdb'],
    },
  ];
  await kubectl('patch', 'cronjob', 'rushes-batch', '--type=json', '--patch', JSON.stringify(made));
  const cronJob = (): Promise<V1CronJob> => batch.readNamespacedCronJob({ namespace: NAMESPACE, name: 'rushes-batch' });
  const podsOf = async (labelSelector: string): Promise<readonly V1Pod[]> =>
    (await core.listNamespacedPod({ namespace: NAMESPACE, labelSelector })).items;
  return {
    cluster,
    core,
    batch,
    kubectl,
    cronJob,
    podsOf,
    async startJob(name, change = () => {}) {
      const spec = (await cronJob()).spec?.jobTemplate.spec;
      if (spec?.template.spec === undefined) throw new Error('the CronJob has no pod');
      change(spec, spec.template.spec);
      await batch.createNamespacedJob({ namespace: NAMESPACE, body: { metadata: { name }, spec }, fieldValidation: 'Strict' });
    },
    podsOfJob: (job) => podsOf(`batch.kubernetes.io/job-name=${job}`),
    async endedJob(name) {
      const job = await batch.readNamespacedJob({ namespace: NAMESPACE, name }).catch((error: unknown): V1Job => {
        if (isCode(error, 404)) throw error;
        return {};
      });
      const ended = (job.status?.conditions ?? []).find(({ type, status }) => ['Complete', 'Failed'].includes(type) && status === 'True');
      return ended === undefined ? undefined : { type: ended.type, reason: ended.reason ?? '' };
    },
    async logsOf(pod) {
      const container = pod?.spec?.containers[0]?.name ?? '';
      const logs = ['--namespace', NAMESPACE, 'logs', pod?.metadata?.name ?? '', '--container', container];
      return (await cluster.attempt(logs)).stdout;
    },
    async dispose() {
      await cluster.dispose();
      await image.unmount();
      rmSync(folder, { recursive: true, force: true });
    },
  };
};
