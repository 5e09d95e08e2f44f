/** The node that other tests run pods on does what they rely on. */
import { existsSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';

import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import { canHaveCluster, type Cluster, startCluster } from '../cluster.ts';

const USER = 10_001;

/** The files of this machine; what a pod changes of them is gone with it. */
const MACHINE = {
  root: '/',
  entrypoint: [],
  command: ['sh', '-c', 'echo default'],
  env: { PATH: '/usr/bin:/bin:/usr/sbin' },
  workingDir: '/',
  user: 0,
};

interface PodParts {
  readonly script?: string;
  readonly container?: object;
  readonly spec?: object;
}

const podOf = (name: string, { script, container = {}, spec = {} }: PodParts): string =>
  JSON.stringify({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, labels: { tier: 'test' } },
    spec: {
      restartPolicy: 'Never',
      securityContext: { runAsUser: USER, runAsGroup: USER, fsGroup: USER, runAsNonRoot: true },
      ...spec,
      containers: [{ name: 'main', image: 'machine', ...(script === undefined ? {} : { command: ['sh', '-c', script] }), ...container }],
    },
  });

describe.skipIf(!(await canHaveCluster('the node for pods', true)))('a node of processes', () => {
  let cluster: Cluster;
  beforeAll(async () => {
    cluster = await startCluster();
    await cluster.startNode({ machine: MACHINE });
  });
  afterAll(() => cluster?.dispose());

  const create = (name: string, parts: PodParts): Promise<string> => cluster.kubectl(['create', '-f', '-'], podOf(name, parts));
  const field = (name: string, path: string): Promise<string> => cluster.kubectl(['get', 'pod', name, '-o', `jsonpath=${path}`]);
  const becomes = async (name: string, path: string, value: RegExp): Promise<void> => {
    await expect.poll(() => field(name, path)).toMatch(value);
  };
  const phase = (name: string, value: string): Promise<void> => becomes(name, '{.status.phase}', new RegExp(`^${value}$`));
  const logs = (name: string, ...flags: readonly string[]): Promise<string> => cluster.kubectl(['logs', name, ...flags]);

  test('variables come from values, fields, limits, config maps and secrets', async () => {
    await cluster.kubectl(['create', 'configmap', 'settings', '--from-literal=FILM=Laura', '--from-literal=year=1944']);
    await cluster.kubectl(['create', 'secret', 'generic', 'keys', '--from-literal=token=s3cret']);
    await create('variables', {
      script: 'echo "$PLAIN $FILM $P_year $TOKEN $NAME $TIER $CPUS $MEMORY ${ABSENT-none} $IP"',
      container: {
        envFrom: [{ configMapRef: { name: 'settings' } }, { prefix: 'P_', configMapRef: { name: 'settings' } }],
        env: [
          { name: 'FIRST', value: 'a' },
          { name: 'PLAIN', value: '$(FIRST)$$(FIRST)$(NOBODY)' },
          { name: 'TOKEN', valueFrom: { secretKeyRef: { name: 'keys', key: 'token' } } },
          { name: 'ABSENT', valueFrom: { secretKeyRef: { name: 'other', key: 'x', optional: true } } },
          { name: 'NAME', valueFrom: { fieldRef: { fieldPath: 'metadata.name' } } },
          { name: 'TIER', valueFrom: { fieldRef: { fieldPath: "metadata.labels['tier']" } } },
          { name: 'IP', valueFrom: { fieldRef: { fieldPath: 'status.podIP' } } },
          { name: 'CPUS', valueFrom: { resourceFieldRef: { resource: 'limits.cpu' } } },
          { name: 'MEMORY', valueFrom: { resourceFieldRef: { resource: 'limits.memory', divisor: '1Mi' } } },
        ],
        resources: { limits: { cpu: '1500m', memory: '1Gi' } },
      },
    });
    await phase('variables', 'Succeeded');
    expect(await logs('variables')).toBe(
      `a$(FIRST)$(NOBODY) Laura 1944 s3cret variables test 2 1024 none ${await field('variables', '{.status.podIP}')}\n`,
    );
  });

  test('volumes hold what they are made of, for the user of the pod', async () => {
    await cluster.kubectl(['create', 'configmap', 'files', '--from-literal=a=1', '--from-literal=b=2']);
    await cluster.kubectl(['create', 'secret', 'generic', 'password', '--from-literal=password=abc']);
    await create('volumes', {
      script:
        'cat /files/x; ls /files; cat /secret/password; stat -c " %a %g" /secret/password; touch /scratch/y && ls /scratch; cut -d. -f2 /all/token | wc -w; cat /all/name; touch /secret/z 2>&1; touch /q 2>&1',
      container: {
        securityContext: { readOnlyRootFilesystem: true },
        volumeMounts: [
          { name: 'files', mountPath: '/files' },
          { name: 'secret', mountPath: '/secret', readOnly: true },
          { name: 'scratch', mountPath: '/scratch' },
          { name: 'all', mountPath: '/all' },
        ],
      },
      spec: {
        volumes: [
          { name: 'files', configMap: { name: 'files', items: [{ key: 'a', path: 'x' }] } },
          { name: 'secret', secret: { secretName: 'password', defaultMode: 0o400 } },
          { name: 'scratch', emptyDir: {} },
          {
            name: 'all',
            projected: {
              sources: [
                { serviceAccountToken: { path: 'token', audience: 'films' } },
                { downwardAPI: { items: [{ path: 'name', fieldRef: { fieldPath: 'metadata.name' } }] } },
              ],
            },
          },
        ],
      },
    });
    await becomes('volumes', '{.status.phase}', /^(Succeeded|Failed)$/);
    const said = await logs('volumes');
    expect(said).toMatch(/^1x\nabc 440 10001\ny\n1\nvolumes/);
    expect(said).toMatch(/\/secret\/z.*Read-only file system/);
    expect(said).toMatch(/'\/q'.*Read-only file system/);
    expect(await field('volumes', '{.status.containerStatuses[0].state.terminated.exitCode}')).toBe('1');
  });

  test('a container has its name, its user, no capability and no way to one, its own processes and network', async () => {
    await create('bounds', {
      script:
        'hostname; id -u; grep -E "^(CapEff|CapBnd|NoNewPrivs)" /proc/self/status; ip -o -4 addr show eth0 | grep -oE "inet [0-9.]+"; ls /proc | grep -c "^[0-9]"',
    });
    await phase('bounds', 'Succeeded');
    const none = '0'.repeat(16);
    const address = await field('bounds', '{.status.podIP}');
    const said = ['bounds', String(USER), `CapEff:\t${none}`, `CapBnd:\t${none}`, 'NoNewPrivs:\t1', `inet ${address}`];
    const [processes, ...first] = (await logs('bounds')).trimEnd().split('\n').toReversed();
    expect(first.toReversed()).toEqual(said);
    // Of this machine it sees none.
    expect(Number(processes)).toBeLessThan(10);
  });

  test('one that must not be root, one without an image, and one whose secret is absent say why they wait', async () => {
    const reason = '{.status.containerStatuses[0].state.waiting.reason}';
    await create('root', { spec: { securityContext: { runAsNonRoot: true } } });
    await create('absent', { container: { image: 'elsewhere/x:1' } });
    await create('secretless', { script: 'echo "$A"', container: { envFrom: [{ secretRef: { name: 'later' } }] } });
    await becomes('root', reason, /^CreateContainerConfigError$/);
    await becomes('absent', reason, /^ErrImageNeverPull$/);
    await becomes('secretless', reason, /^CreateContainerConfigError$/);
    await cluster.kubectl(['create', 'secret', 'generic', 'later', '--from-literal=A=here']);
    await phase('secretless', 'Succeeded');
    expect(await logs('secretless')).toBe('here\n');
    await cluster.kubectl(['delete', 'pod', 'root', 'absent', '--wait']);
  });

  test('exit codes and policies: Never fails, OnFailure goes on until it succeeds, init containers come first', async () => {
    await create('fails', { script: 'exit 7' });
    await create('again', {
      script: 'echo try; test -e /kept/x || { touch /kept/x; exit 3; }',
      container: { volumeMounts: [{ name: 'kept', mountPath: '/kept' }] },
      spec: {
        restartPolicy: 'OnFailure',
        volumes: [{ name: 'kept', emptyDir: {} }],
        initContainers: [{ name: 'first', image: 'machine', command: ['sh', '-c', 'echo first'] }],
      },
    });
    await phase('fails', 'Failed');
    expect(await field('fails', '{.status.containerStatuses[0].state.terminated.exitCode}')).toBe('7');
    await phase('again', 'Succeeded');
    expect(
      await field('again', '{.status.containerStatuses[0].restartCount} {.status.containerStatuses[0].lastState.terminated.exitCode}'),
    ).toBe('1 3');
    expect([await logs('again', '-c', 'first'), await logs('again', '--previous'), await logs('again')]).toEqual([
      'first\n',
      'try\n',
      'try\n',
    ]);
  });

  test('a pod that is deleted gets SIGTERM and its grace, and is gone with everything', async () => {
    // Other clusters of this machine have pods too: each network device has a number that no other gets.
    const numbers = (): ReadonlyMap<string, string> =>
      new Map(
        readdirSync('/sys/class/net').flatMap((name) => {
          const path = `/sys/class/net/${name}/ifindex`;
          return existsSync(path) ? [[name, readFileSync(path, 'utf8')] as const] : [];
        }),
      );
    const numberOf = async (pod: string): Promise<string | undefined> =>
      numbers().get(`rushes${(await field(pod, '{.status.podIP}')).split('.').at(-1)}`);
    await create('polite', { script: 'trap "sleep 5; echo bye; exit 0" TERM; echo ready; while :; do sleep 0.1; done' });
    await expect.poll(() => logs('polite')).toBe('ready\n');
    const following = logs('polite', '--follow');
    const polite = await numberOf('polite');
    expect(polite).toBeDefined();
    await cluster.kubectl(['delete', 'pod', 'polite', '--grace-period=20']);
    expect(await following).toBe('ready\nbye\n');
    await create('stubborn', { script: 'trap "" TERM; echo ready; while :; do sleep 0.1; done' });
    await expect.poll(() => logs('stubborn')).toBe('ready\n');
    const stubborn = await numberOf('stubborn');
    await cluster.kubectl(['delete', 'pod', 'stubborn', '--grace-period=1']);
    expect(await cluster.kubectl(['get', 'pods', 'polite', 'stubborn', '--ignore-not-found', '-o', 'name'])).toBe('');
    for (const number of [polite, stubborn]) expect([...numbers().values()]).not.toContain(number);
  });

  test('probes by HTTP make a pod ready, take that back, and start it again', async () => {
    // Well while there is a file of this name.
    const server = `require('http').createServer((q, a) => a.writeHead(require('fs').existsSync('/state' + q.url) ? 200 : 503).end()).listen(80 + 8000, '0.0.0.0')`;
    await create('probed', {
      container: {
        command: [process.execPath, '-e', server],
        ports: [{ name: 'http', containerPort: 8080 }],
        startupProbe: { httpGet: { path: '/started', port: 'http' }, periodSeconds: 1, failureThreshold: 300 },
        readinessProbe: { httpGet: { path: '/ready', port: 8080 }, periodSeconds: 1, failureThreshold: 1 },
        livenessProbe: { httpGet: { path: '/live', port: 'http' }, periodSeconds: 1, failureThreshold: 2 },
        volumeMounts: [{ name: 'state', mountPath: '/state' }],
      },
      spec: {
        restartPolicy: 'Always',
        terminationGracePeriodSeconds: 1,
        volumes: [{ name: 'state', emptyDir: {} }],
        initContainers: [
          {
            name: 'begin',
            image: 'machine',
            command: ['sh', '-c', 'touch /state/started /state/live /state/ready'],
            volumeMounts: [{ name: 'state', mountPath: '/state' }],
          },
        ],
      },
    });
    const ready = '{.status.conditions[?(@.type=="Ready")].status}';
    await becomes('probed', ready, /^True$/);
    const state = `${cluster.podFolder(await field('probed', '{.metadata.uid}'))}/volumes/state`;
    renameSync(`${state}/ready`, `${state}/not-ready`);
    await becomes('probed', ready, /^False$/);
    expect(await field('probed', '{.status.containerStatuses[0].restartCount}')).toBe('0');
    renameSync(`${state}/not-ready`, `${state}/ready`);
    await becomes('probed', ready, /^True$/);
    renameSync(`${state}/live`, `${state}/dead`);
    await becomes('probed', '{.status.containerStatuses[0].restartCount}', /^[1-9]/);
    renameSync(`${state}/dead`, `${state}/live`);
    await becomes('probed', ready, /^True$/);
    await cluster.kubectl(['delete', 'pod', 'probed', '--wait']);
  });

  test('an API server that is killed and comes back finds the node as it left it', async () => {
    await create('through', {
      script: 'echo begin; while ! test -e /state/go; do sleep 0.1; done; echo end',
      container: { volumeMounts: [{ name: 'state', mountPath: '/state' }] },
      spec: { volumes: [{ name: 'state', emptyDir: {} }] },
    });
    await expect.poll(() => logs('through')).toBe('begin\n');
    const folder = cluster.podFolder(await field('through', '{.metadata.uid}'));
    cluster.kill('apiserver');
    writeFileSync(`${folder}/volumes/state/go`, '');
    await expect
      .poll(async () => (await cluster.attempt(['get', 'pod', 'through', '-o', 'jsonpath={.status.phase}'])).stdout)
      .toBe('Succeeded');
    await create('after', { script: 'echo later' });
    await phase('after', 'Succeeded');
  });
});
