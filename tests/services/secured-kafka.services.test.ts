/** The event log over encrypted and authenticated connections: one broker that has a listener for each way in. */
import { randomBytes } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { inspect } from 'node:util';

import { type KafkaEventLogOptions, type KafkaSasl, openKafkaEventLog } from '@rushes/adapters/kafka-event-log';
import type { PartitionId } from '@rushes/domain';
import { StoreFault, StoreUnavailable } from '@rushes/ports';
import { readLog } from '@rushes/ports/contracts/read-log';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import { startProcess } from '../processes/started-process.ts';
import { canMakeCertificates, type Certificates, makeCertificates } from './certificates.ts';
import { kafka } from '../../tools/services/kafka.ts';
import { needsServers } from './needs-servers.ts';
import { type OwnServers, startOwnServers } from './own-servers.ts';
import { addScramUser, LISTENERS, type Listener, PASSWORD, SESSION_MS, settingsOf, tokenFor, USER } from './secured-broker.ts';

const RATINGS: PartitionId = 'movie.ratings/3';
const PREFIX = `secured-${randomBytes(4).toString('hex')}-`;
const WRONG = 'wrong-p4ssword';

const caught = (work: Promise<unknown>): Promise<unknown> =>
  work.then(
    (result) => ({ result }),
    (error: unknown) => error,
  );

describe.skipIf(needsServers('kafka', 'registry') || !canMakeCertificates())('the event log on a broker that is secured', () => {
  const folder = mkdtempSync(join(tmpdir(), 'rushes-secured-'));
  const registry = { url: process.env['TEST_REGISTRY'] ?? '' };
  let certificates: Certificates;
  let servers: OwnServers | undefined;
  let first = 0;

  beforeAll(async () => {
    certificates = makeCertificates(folder);
    servers = await startOwnServers(['kafka'], { kafka: { ports: Object.keys(LISTENERS).length, settings: settingsOf(certificates) } });
    first = Number(servers.address('kafka').split(':')[1]);
    await addScramUser(first);
  });
  afterAll(async () => {
    await servers?.dispose();
    for (const topic of ['metadata', 'ratings', 'reviews'])
      for (const query of ['', '?permanent=true'])
        await fetch(`${registry.url}/subjects/${PREFIX}movie.${topic}-value${query}`, { method: 'DELETE' }).catch(() => {});
    rmSync(folder, { recursive: true, force: true });
  });

  type How = Pick<KafkaEventLogOptions, 'tls' | 'sasl' | 'limits'>;
  const brokerOf = (listener: Listener): string => `127.0.0.1:${first + (listener === 'PLAINTEXT' ? 0 : LISTENERS[listener])}`;
  const open = (listener: Listener, how: How) =>
    openKafkaEventLog({ brokers: [brokerOf(listener)], topicPrefix: PREFIX, registry, ...how });
  const trusting = () => ({ ca: certificates.ca.text });
  const withPassword = (mechanism: 'PLAIN' | 'SCRAM-SHA-256' | 'SCRAM-SHA-512', password = PASSWORD): KafkaSasl => ({
    mechanism,
    user: USER,
    password,
  });

  /** Appends a record and reads it again. */
  const works = async (listener: Listener, how: How): Promise<void> => {
    const log = await open(listener, how);
    try {
      const id = randomBytes(8).toString('hex');
      const [place] = await log.append([{ partition: RATINGS, key: 'key', id, value: 'value' }]);
      expect(place).toBeDefined();
      expect((await readLog(log, RATINGS)).at(-1)).toMatchObject({ kind: 'event', id, value: 'value' });
    } finally {
      await log.close();
    }
  };

  /** Opening fails, which says what to do; what was secret is nowhere in the error. */
  const refusal = async (
    listener: Listener,
    how: How,
    secrets: readonly string[] = [],
    kind: typeof StoreFault | typeof StoreUnavailable = StoreFault,
  ): Promise<string> => {
    const error = await caught(open(listener, how));
    expect(error).toBeInstanceOf(kind);
    const everything = inspect(error, { depth: 20, showHidden: true });
    for (const secret of secrets) expect(everything).not.toContain(secret);
    const { message, hint } = error as StoreFault; // as: seen above
    return `${message} | ${hint}`;
  };

  test('TLS: with the authority that signed the certificate it works', async () => {
    await expect(works('SSL', { tls: trusting() })).resolves.toBeUndefined();
  });

  test('TLS: a certificate of an authority that is not trusted is refused', async () => {
    const expected = /certificate that is not trusted.*\| Give the certificate of the authority/;
    expect(await refusal('SSL', { tls: {} })).toMatch(expected);
    expect(await refusal('SSL', { tls: { ca: certificates.otherCa.text } })).toMatch(expected);
  });

  test('TLS: a broker that asks for a certificate gets one, or refuses', async () => {
    const { clientCert, clientKey } = certificates;
    await works('MUTUAL', { tls: { ...trusting(), cert: clientCert.text, key: clientKey.text } });
    expect(await refusal('MUTUAL', { tls: trusting() })).toMatch(/certificate.*\|.*certificate/);
  });

  test('TLS on one side only is refused, without waiting for an answer', async () => {
    const limits = { connectTimeoutMs: 120_000, requestTimeoutMs: 120_000 };
    expect(await refusal('SSL', { limits })).toMatch(/does not agree on TLS/);
    // As a broker does that is ended at this very moment.
    const said = await refusal('PLAINTEXT', { tls: trusting(), limits }, [], StoreUnavailable);
    expect(said).toMatch(/before it was encrypted.*\| See whether the port is one for TLS/);
    expect(await refusal('SASLSSL', { sasl: withPassword('PLAIN'), limits }, [PASSWORD])).toMatch(/does not agree on TLS/);
  });

  test.each(['PLAIN', 'SCRAM-SHA-256', 'SCRAM-SHA-512'] as const)(
    '%s: the right password lets in, a wrong one does not',
    async (mechanism) => {
      await works('SASLSSL', { tls: trusting(), sasl: withPassword(mechanism) });
      const said = await refusal('SASLSSL', { tls: trusting(), sasl: withPassword(mechanism, WRONG) }, [WRONG]);
      expect(said).toMatch(/refuses the credentials.*\| See whether user, password or token are right/);
    },
  );

  test('a mechanism that the listener does not offer is named as such', async () => {
    expect(await refusal('SASLPLAIN', { sasl: withPassword('SCRAM-SHA-256') }, [PASSWORD])).toMatch(/way of authentication/);
    expect(await refusal('PLAINTEXT', { sasl: withPassword('PLAIN') }, [PASSWORD])).toMatch(/way of authentication/);
  });

  test('no credentials where the listener asks for some', async () => {
    const limits = { connectTimeoutMs: 120_000, requestTimeoutMs: 120_000 };
    for (const [listener, how] of [
      ['SASLPLAIN', { limits }],
      ['SASLSSL', { tls: trusting(), limits }],
    ] as const)
      // As a broker does that is ended at this very moment.
      expect(await refusal(listener, how, [], StoreUnavailable)).toMatch(/without an answer.*\|.*asks for authentication/);
  });

  test('OAUTHBEARER: the token is read from its file at each connection', async () => {
    const tokenFile = join(folder, 'token');
    const sasl: KafkaSasl = { mechanism: 'OAUTHBEARER', tokenFile };
    const how = { tls: trusting(), sasl };
    const expired = tokenFor(-300);
    writeFileSync(tokenFile, `${expired}\n`);
    expect(await refusal('SASLSSL', how, [expired])).toMatch(/refuses the credentials/);
    writeFileSync(tokenFile, `${tokenFor(3_600)}\n`);
    await works('SASLSSL', how);
    rmSync(tokenFile);
    expect(await refusal('SASLSSL', how)).toMatch(/token cannot be read \| See whether the file with the token is there/);
    writeFileSync(tokenFile, '\n');
    expect(await refusal('SASLSSL', how, [], StoreUnavailable)).toMatch(/token is empty/);
  });

  /** Connections to a port that are open, as Linux lists them. */
  const connectionsTo = (port: number): number => {
    const [ESTABLISHED, hex] = ['01', port.toString(16).toUpperCase().padStart(4, '0')];
    const fields = readFileSync('/proc/net/tcp', 'utf8')
      .split('\n')
      .map((line) => line.trim().split(/\s+/));
    return fields.filter(([, , remote = '', state]) => state === ESTABLISHED && remote.endsWith(`:${hex}`)).length;
  };

  test('where sessions have an end, connections last beyond it: nothing fails, and none is left behind', async () => {
    const log = await open('SASLPLAIN', { sasl: withPassword('PLAIN') });
    const stop = new AbortController();
    const [seen, told] = [new Set<string>(), new Set<string>()];
    try {
      const { next } = await log.bounds();
      const follow = async (): Promise<void> => {
        for await (const one of log.follow({ [RATINGS]: next[RATINGS] ?? 0 }, stop.signal)) {
          if ('fault' in one) throw one.fault;
          for (const record of one.records) if (record.kind === 'event') seen.add(record.id);
        }
      };
      const tell = async (writer: number): Promise<void> => {
        for (let n = 0; !stop.signal.aborted; n++) {
          const id = `told ${writer} ${n}`;
          await log.append([{ partition: RATINGS, key: 'key', id, value: '' }]);
          told.add(id);
        }
      };
      const ask = async (): Promise<void> => {
        while (!stop.signal.aborted) await log.bounds();
      };
      const working = [follow(), tell(1), tell(2), ask(), ask()];
      await expect.poll(() => told.size).toBeGreaterThan(10);
      const before = connectionsTo(first + LISTENERS.SASLPLAIN);
      expect(before).toBeGreaterThan(0);
      await Promise.race([sleep(5 * SESSION_MS), ...working]);
      expect(connectionsTo(first + LISTENERS.SASLPLAIN)).toBe(before);
      stop.abort();
      await Promise.all(working);
      const again = await open('SASLPLAIN', { sasl: withPassword('PLAIN') });
      const stored = (await readLog(again, RATINGS)).flatMap((record) => (record.kind === 'event' ? [record.id] : []));
      await again.close();
      expect(stored.filter((id) => id.startsWith('told '))).toHaveLength(told.size);
      expect([...seen].filter((id) => !told.has(id))).toEqual([]);
    } finally {
      stop.abort();
      await log.close();
    }
    await expect.poll(() => connectionsTo(first + LISTENERS.SASLPLAIN)).toBe(0);
  });

  test('`rushes doctor` finds its secrets in files, and shows none', async () => {
    const [passwordFile, data] = [join(folder, 'password'), join(folder, 'data')];
    const examined = async (password: string) => {
      writeFileSync(passwordFile, `${password}\n`);
      const doctor = startProcess(
        'apps/rushes/src/main.ts',
        {
          RUSHES_DATA: data,
          RUSHES_LOG_URL: `kafka://${brokerOf('SASLSSL')}/${PREFIX}`,
          RUSHES_KAFKA_REGISTRY_URL: registry.url,
          RUSHES_KAFKA_REPLICATION: '1',
          RUSHES_KAFKA_MIN_INSYNC_REPLICAS: '1',
          RUSHES_KAFKA_TLS: 'on',
          RUSHES_KAFKA_CA_FILE: certificates.ca.file,
          RUSHES_KAFKA_SASL: 'scram-sha-512',
          RUSHES_KAFKA_USER: USER,
          RUSHES_KAFKA_PASSWORD_FILE: passwordFile,
        },
        ['doctor', '--json'],
      );
      await doctor.ended;
      expect(doctor.output()).not.toContain(password);
      const { stores } = JSON.parse(doctor.output().split('\n')[0] ?? '') as {
        readonly stores: readonly { readonly kind: string }[];
      }; // as: the command's document
      return stores.find(({ kind }) => kind === 'log');
    };
    const release = kafka.version.split('.').slice(0, 2).join('.');
    expect(await examined(PASSWORD)).toMatchObject({ state: 'answers', version: release, findings: [] });
    expect(await examined(WRONG)).toMatchObject({
      state: 'fails',
      findings: [{ message: expect.stringContaining('refuses the credentials'), hint: expect.stringContaining('password') }],
    });
  });
});
