/** The node as an object of the API: what it has, that it is ready, and the lease by which it says that it still is. */
import {
  CoordinationV1Api,
  CoreV1Api,
  type KubeConfig,
  PatchStrategy,
  setHeaderOptions,
  V1MicroTime,
  type V1NodeStatus,
} from '@kubernetes/client-node';

import { isCode } from './api-code.ts';

export interface NodeOptions {
  readonly name: string;
  readonly address: string;
  /** Where it serves logs. */
  readonly port: number;
}

const LEASE_SECONDS = 40;
const LEASES = 'kube-node-lease';
const MERGE = setHeaderOptions('Content-Type', PatchStrategy.StrategicMergePatch);

/** More than tests ask for: nothing holds pods to what they get. */
const CAPACITY = { cpu: '64', memory: '256Gi', pods: '110', 'ephemeral-storage': '1Ti' };

const statusOf = ({ address, port }: NodeOptions, now: Date): V1NodeStatus => ({
  capacity: CAPACITY,
  allocatable: CAPACITY,
  addresses: [{ type: 'InternalIP', address }],
  daemonEndpoints: { kubeletEndpoint: { Port: port } },
  conditions: [
    {
      type: 'Ready',
      status: 'True',
      reason: 'ProcessesCanRun',
      message: 'pods are processes of this machine',
      lastHeartbeatTime: now,
      lastTransitionTime: now,
    },
  ],
});

/** Makes the node, or takes over the one that is there. */
export const registerNode = async (config: KubeConfig, node: NodeOptions): Promise<void> => {
  const core = config.makeApiClient(CoreV1Api);
  const labels = {
    'kubernetes.io/hostname': node.name,
    'kubernetes.io/os': 'linux',
    'kubernetes.io/arch': process.arch === 'x64' ? 'amd64' : process.arch,
  };
  await core.createNode({ body: { metadata: { name: node.name, labels } } }).catch((error: unknown) => {
    if (!isCode(error, 409)) throw error;
  });
  await core.patchNodeStatus({ name: node.name, body: { status: statusOf(node, new Date()) } }, MERGE);
};

/** Says that the node lives. Without it for forty seconds, its pods count as lost. */
export const renewLease = async (config: KubeConfig, { name }: NodeOptions): Promise<void> => {
  const leases = config.makeApiClient(CoordinationV1Api);
  const spec = { holderIdentity: name, leaseDurationSeconds: LEASE_SECONDS, renewTime: new V1MicroTime() };
  try {
    await leases.patchNamespacedLease({ namespace: LEASES, name, body: { spec } }, MERGE);
  } catch (error) {
    if (!isCode(error, 404)) throw error;
    await leases.createNamespacedLease({ namespace: LEASES, body: { metadata: { name }, spec } });
  }
};
