/** A cluster that a test has for itself: a control plane on free ports, and a node where it wants one. Nothing of it is left afterwards. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { KubeConfig } from '@kubernetes/client-node';

import { OWN_SERVERS } from '../../tools/services/guard.ts';
import { installed } from '../../tools/services/installed.ts';
import { adminKubeconfig } from '../../tools/services/kubernetes/credentials.ts';
import { kubernetes } from '../../tools/services/kubernetes.ts';
import { removeService, startService } from '../../tools/services/run-service.ts';
import { ServiceError } from '../../tools/services/service.ts';
import { unlessMissing, say } from '../containers/unless-missing.ts';
import { freePorts } from '../services/free-ports.ts';
import type { LocalImages } from './kubelet/image.ts';
import { type Kubelet, startKubelet } from './kubelet/kubelet.ts';
import { missingForPods } from './kubelet/sandbox.ts';

interface KubectlResult {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface Cluster {
  readonly config: KubeConfig;
  /** Runs kubectl, as an administrator unless the arguments say otherwise. */
  readonly attempt: (args: readonly string[], input?: string) => Promise<KubectlResult>;
  /** The same. @throws Error with what it said if it fails. */
  readonly kubectl: (args: readonly string[], input?: string) => Promise<string>;
  /** Gives it its node. */
  readonly startNode: (images: LocalImages) => Promise<Kubelet>;
  /** Kills a part of the control plane, which is then started again. */
  readonly kill: (part: 'etcd' | 'apiserver' | 'controller-manager' | 'scheduler') => void;
  /** Where its node keeps what belongs to a pod. */
  readonly podFolder: (uid: string) => string;
  readonly dispose: () => Promise<void>;
}

/** Whether a cluster can be had here, with a node or without; what is missing is told in a line. */
export const canHaveCluster = async (what: string, withNode: boolean): Promise<boolean> => {
  const place = await unlessMissing(what, async () => {
    const missing = withNode ? missingForPods() : undefined;
    if (missing !== undefined) throw new ServiceError(missing);
    return installed(kubernetes, say);
  });
  return place !== undefined;
};

/** @throws ServiceError if it does not start. */
export const startCluster = async (): Promise<Cluster> => {
  const root = await mkdtemp(join(process.env[OWN_SERVERS] ?? tmpdir(), 'rushes-cluster-'));
  const place = await installed(kubernetes, say);
  const instance = { folder: join(root, 'control-plane'), port: await freePorts(kubernetes.ports) };
  const nodes: Kubelet[] = [];
  const dispose = async (): Promise<void> => {
    for (const node of nodes) await node.stop();
    await removeService(instance.folder);
    await rm(root, { recursive: true, force: true });
  };
  try {
    await startService(kubernetes, instance);
  } catch (error) {
    await dispose();
    throw error;
  }
  const config = new KubeConfig();
  config.loadFromFile(adminKubeconfig(instance.folder));
  const attempt: Cluster['attempt'] = async (args, input) => {
    const child = spawn(join(place, 'kubectl'), args, {
      cwd: root,
      stdio: [input === undefined ? 'ignore' : 'pipe', 'pipe', 'pipe'],
      env: { PATH: process.env['PATH'], HOME: root, KUBECONFIG: adminKubeconfig(instance.folder) },
    });
    child.stdin?.end(input);
    let [stdout, stderr] = ['', ''];
    child.stdout?.setEncoding('utf8').on('data', (text: string) => (stdout += text));
    child.stderr?.setEncoding('utf8').on('data', (text: string) => (stderr += text));
    await once(child, 'close');
    return { code: child.exitCode, stdout, stderr };
  };
  return {
    config,
    attempt,
    async kubectl(args, input) {
      const { code, stdout, stderr } = await attempt(args, input);
      if (code !== 0) throw new Error(`kubectl ${args.join(' ')} ended with ${code}:\n${stderr}`);
      return stdout;
    },
    async startNode(images) {
      const node = await startKubelet(instance.folder, join(root, 'pods'), images);
      nodes.push(node);
      return node;
    },
    kill(part) {
      const parts = JSON.parse(readFileSync(join(instance.folder, 'parts.json'), 'utf8')) as Readonly<Record<string, number>>; // as: the control plane's own file
      const pid = parts[part];
      if (pid !== undefined) process.kill(pid, 'SIGKILL');
    },
    podFolder: (uid) => join(root, 'pods', uid),
    dispose,
  };
};
