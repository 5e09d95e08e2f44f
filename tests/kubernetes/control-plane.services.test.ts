/** The control plane that the tool starts: its parts are started again, none outlives it, it keeps what it was told, and nothing of it is left. */
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { CoreV1Api, KubeConfig } from '@kubernetes/client-node';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import { OWN_SERVERS } from '../../tools/services/guard.ts';
import { adminKubeconfig } from '../../tools/services/kubernetes/credentials.ts';
import { kubernetes } from '../../tools/services/kubernetes.ts';
import { removeService, startService, stopService } from '../../tools/services/run-service.ts';
import { freePorts } from '../services/free-ports.ts';
import { canHaveCluster } from './cluster.ts';

describe.skipIf(!(await canHaveCluster('the control plane', false)))('a control plane', () => {
  const root = mkdtempSync(join(process.env[OWN_SERVERS] ?? tmpdir(), 'rushes-control-plane-'));
  const folder = join(root, 'control-plane');
  const core = (): CoreV1Api => {
    const config = new KubeConfig();
    config.loadFromFile(adminKubeconfig(folder));
    return config.makeApiClient(CoreV1Api);
  };
  const processes = (): Readonly<Record<string, number>> =>
    JSON.parse(readFileSync(join(folder, 'parts.json'), 'utf8')) as Record<string, number>; // as: its own file
  const runs = (pid: number): boolean => existsSync(`/proc/${pid}`);
  let instance: { readonly folder: string; readonly port: number };

  beforeAll(async () => {
    instance = { folder, port: await freePorts(kubernetes.ports) };
    await startService(kubernetes, instance);
  });
  afterAll(async () => {
    await removeService(folder);
    rmSync(root, { recursive: true, force: true });
  });

  test('answers its administrator, and nobody without a token', async () => {
    const { items } = await core().listNamespace();
    expect(items.map(({ metadata }) => metadata?.name)).toContain('kube-system');
    const stranger = new KubeConfig();
    stranger.loadFromFile(adminKubeconfig(folder));
    stranger.users = [{ name: 'user' }];
    await expect(stranger.makeApiClient(CoreV1Api).listNamespace()).rejects.toThrow(/"code":403|HTTP-Code: 403/);
  });

  test.each(['apiserver', 'etcd', 'controller-manager', 'scheduler'])('%s is started again when it is killed', async (part) => {
    const before = processes()[part] ?? 0;
    process.kill(before, 'SIGKILL');
    await expect.poll(() => processes()[part]).not.toBe(before);
    await expect.poll(() => kubernetes.isReady(instance)).toBe(true);
  });

  test('its parts end with it, however it ends, and what it was told is there when it is started again', async () => {
    await core().createNamespace({ body: { metadata: { name: 'kept' } } });
    const parts = Object.values(processes());
    expect([parts.length, parts.every(runs)]).toEqual([4, true]);
    await stopService(folder, 'SIGKILL');
    await expect.poll(() => parts.some(runs)).toBe(false);
    await startService(kubernetes, instance);
    expect((await core().readNamespace({ name: 'kept' })).metadata?.name).toBe('kept');
  });

  test('nothing of it is left', async () => {
    const parts = Object.values(processes());
    await removeService(folder);
    expect([existsSync(folder), parts.some(runs)]).toEqual([false, false]);
  });
});
