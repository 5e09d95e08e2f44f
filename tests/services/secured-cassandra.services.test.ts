/** The speed store over encrypted connections, on a node that asks for a certificate and a password and gives users rights. */
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { inspect } from 'node:util';

import { checkCassandra, type CassandraSpeedStoreOptions, openCassandraSpeedStore } from '@rushes/adapters/cassandra-speed-store';
import { StoreFault } from '@rushes/ports';
import { auth, Client } from 'cassandra-driver';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import { startProcess } from '../processes/started-process.ts';
import { canMakeCertificates, type Certificates, makeCertificates } from './certificates.ts';
import { needsServers } from './needs-servers.ts';
import { type OwnServers, startOwnServers } from './own-servers.ts';

const KEYSPACE = 'secured';
const PASSWORD = "right'p4ssword";
const WRONG = 'wrong-p4ssword';
/** Who makes the keyspace, who writes, who reads, and who may do nothing. */
const ROLES = ['maker', 'writer', 'reader', 'nobody'] as const;
type Role = (typeof ROLES)[number];

const settingsOf = ({ server, ca }: Certificates): readonly string[] => [
  'authenticator: PasswordAuthenticator',
  'authorizer: CassandraAuthorizer',
  'role_manager: CassandraRoleManager',
  // What was granted holds at once.
  'roles_validity: 0ms',
  'permissions_validity: 0ms',
  'client_encryption_options:',
  '  enabled: true',
  '  optional: false',
  '  require_client_auth: true',
  '  ssl_context_factory:',
  '    class_name: org.apache.cassandra.security.PEMBasedSslContextFactory',
  `  keystore: ${JSON.stringify(server.file)}`,
  `  truststore: ${JSON.stringify(ca.file)}`,
];

/** Of who may use the keyspace, but not read what a node is set to. */
const UNSEEN = {
  level: 'warning',
  message: expect.stringContaining('could not be checked'),
  hint: expect.stringContaining('Grant the user SELECT on system_views.settings'),
};

const caught = (work: Promise<unknown>): Promise<unknown> =>
  work.then(
    (result) => ({ result }),
    (error: unknown) => error,
  );

describe.skipIf(needsServers('cassandra') || !canMakeCertificates())('the speed store on a node that is secured', () => {
  const folder = mkdtempSync(join(tmpdir(), 'rushes-secured-'));
  let certificates: Certificates;
  let servers: OwnServers | undefined;
  let operator: Client | undefined;
  let address = '';

  const encrypted = () => ({ ca: certificates.ca.text, cert: certificates.clientCert.text, key: certificates.clientKey.text });
  const execute = (statement: string) => operator?.execute(statement, [], { prepare: false });

  /** As the node's first user, which it makes when it takes connections already. */
  const connectOperator = async (): Promise<Client> => {
    for (;;) {
      const client = new Client({
        contactPoints: [address],
        localDataCenter: 'datacenter1',
        authProvider: new auth.PlainTextAuthProvider('cassandra', 'cassandra'),
        sslOptions: { ...encrypted(), rejectUnauthorized: true },
        socketOptions: { readTimeout: 120_000 },
      });
      try {
        await client.connect();
        return client;
      } catch (error) {
        await client.shutdown();
        if (!inspect(error).includes('AuthenticationError')) throw error;
        await sleep(100);
      }
    }
  };

  beforeAll(async () => {
    certificates = makeCertificates(folder);
    servers = await startOwnServers(['cassandra'], { cassandra: { ports: 0, settings: () => settingsOf(certificates) } });
    address = servers.address('cassandra');
    operator = await connectOperator();
    for (const role of ROLES) await execute(`CREATE ROLE ${role} WITH LOGIN = true AND PASSWORD = '${PASSWORD.replaceAll("'", "''")}'`);
    await execute('GRANT CREATE ON ALL KEYSPACES TO maker');
  });
  afterAll(async () => {
    await operator?.shutdown();
    await servers?.dispose();
    rmSync(folder, { recursive: true, force: true });
  });

  const optionsOf = (user: Role, more: Partial<CassandraSpeedStoreOptions> = {}): CassandraSpeedStoreOptions => ({
    contactPoints: [address],
    keyspace: KEYSPACE,
    replicationFactor: 1,
    credentials: { user, password: PASSWORD },
    tls: encrypted(),
    ...more,
  });
  const without = (name: 'credentials' | 'tls'): CassandraSpeedStoreOptions => {
    const { [name]: _, ...rest } = optionsOf('maker');
    return rest;
  };

  /** Writes, and reads it again. */
  const works = async (options: CassandraSpeedStoreOptions): Promise<void> => {
    const store = await openCassandraSpeedStore(options);
    try {
      const id = `kafka:${randomBytes(4).toString('hex')}`;
      const claim = await store.claimLog(id);
      expect(await store.claimLog(id)).toEqual(claim);
    } finally {
      await store.close();
    }
  };

  /** Opening fails with a fault, whose text it returns; what was secret is nowhere in the error. */
  const refusal = async (options: CassandraSpeedStoreOptions): Promise<string> => {
    const error = await caught(openCassandraSpeedStore(options));
    expect(error).toBeInstanceOf(StoreFault);
    const everything = inspect(error, { depth: 20, showHidden: true });
    for (const secret of [PASSWORD, WRONG, certificates.clientKey.text.split('\n')[1] ?? '']) expect(everything).not.toContain(secret);
    const { message, hint } = error as StoreFault; // as: seen above
    return `${message} | ${hint}`;
  };

  test('who has the authority, a certificate and the password works', async () => {
    await expect(works(optionsOf('maker'))).resolves.toBeUndefined();
  });

  test('a wrong password is refused, and so is none', async () => {
    expect(await refusal(optionsOf('maker', { credentials: { user: 'maker', password: WRONG } }))).toMatch(
      /does not accept this user and password.*\| Give the right credentials/,
    );
    expect(await refusal(without('credentials'))).toMatch(/asks for a user and a password.*\| Give/);
  });

  test('a certificate of an authority that is not trusted is refused', async () => {
    const { cert, key } = encrypted();
    const expected = /cannot be trusted.*\| Give the certificate of the authority/;
    expect(await refusal(optionsOf('maker', { tls: { cert, key } }))).toMatch(expected);
    expect(await refusal(optionsOf('maker', { tls: { cert, key, ca: certificates.otherCa.text } }))).toMatch(expected);
  });

  test('who shows no certificate is refused', async () => {
    expect(await refusal(optionsOf('maker', { tls: { ca: certificates.ca.text } }))).toMatch(
      /does not accept the certificate of this client, or asks for one.*\| Give a certificate/,
    );
  });

  test('TLS on one side only is refused, without waiting for an answer', async () => {
    const limits = { connectTimeoutMs: 120_000, requestTimeoutMs: 120_000 };
    const error = await caught(openCassandraSpeedStore({ ...without('tls'), limits }));
    // As a node does that is ended at this very moment.
    expect(error).toMatchObject({ name: 'StoreUnavailable', hint: expect.stringContaining('both use TLS') });
    const unsecured = process.env['TEST_CASSANDRA'] ?? '';
    expect(await refusal(optionsOf('maker', { contactPoints: [unsecured], limits }))).toMatch(
      /does not agree on TLS.*\| See whether the port/,
    );
  });

  test('a user with too few rights is told which, and for which tables', async () => {
    await works(optionsOf('maker'));
    const tables = (await operator?.execute('SELECT table_name FROM system_schema.tables WHERE keyspace_name = ?', [KEYSPACE]))?.rows;
    const names = tables?.map((row) => String(row['table_name'])) ?? [];
    expect(names.length).toBeGreaterThan(3);
    await execute(`GRANT SELECT ON KEYSPACE ${KEYSPACE} TO reader`);
    for (const right of ['SELECT', 'MODIFY']) await execute(`GRANT ${right} ON KEYSPACE ${KEYSPACE} TO writer`);

    const { findings } = await checkCassandra(optionsOf('reader'));
    for (const name of names)
      expect(findings).toContainEqual({
        level: 'fault',
        message: expect.stringMatching(new RegExp(`the table ${name} cannot be used.*MODIFY`)),
        hint: expect.stringContaining('Grant'),
      });
    const said = await refusal(optionsOf('reader'));
    for (const name of names) expect(said).toContain(name);
    expect((await checkCassandra(optionsOf('reader', { readOnly: true }))).findings).toEqual([UNSEEN]);
    await (await openCassandraSpeedStore(optionsOf('reader', { readOnly: true }))).close();

    expect((await checkCassandra(optionsOf('writer'))).findings).toEqual([UNSEEN]);
    await works(optionsOf('writer'));
    await execute('GRANT SELECT ON TABLE system_views.settings TO writer');
    expect((await checkCassandra(optionsOf('writer'))).findings).toEqual([]);

    expect(await refusal(optionsOf('nobody'))).toMatch(/SELECT permission.*\| Grant/);
    const { findings: missing } = await checkCassandra(optionsOf('nobody'));
    for (const name of names) expect(missing.map(({ message }) => message).join('\n')).toContain(`the table ${name} cannot be used`);
    expect(await refusal(optionsOf('nobody', { keyspace: 'another' }))).toMatch(/CREATE permission.*\| Grant.*CREATE/);
  });

  test('`rushes doctor` finds its secrets in files, and shows none', async () => {
    const [passwordFile, data] = [join(folder, 'password'), join(folder, 'data')];
    await works(optionsOf('maker'));
    const examined = async (password: string) => {
      writeFileSync(passwordFile, `${password}\n`);
      const doctor = startProcess(
        'apps/rushes/src/main.ts',
        {
          RUSHES_DATA: data,
          RUSHES_SPEED_URL: `cassandra://${address}/${KEYSPACE}`,
          RUSHES_CASSANDRA_REPLICATION: '1',
          RUSHES_CASSANDRA_TLS: 'on',
          RUSHES_CASSANDRA_CA_FILE: certificates.ca.file,
          RUSHES_CASSANDRA_CERTIFICATE_FILE: certificates.clientCert.file,
          RUSHES_CASSANDRA_KEY_FILE: certificates.clientKey.file,
          RUSHES_CASSANDRA_USER: 'maker',
          RUSHES_CASSANDRA_PASSWORD_FILE: passwordFile,
        },
        ['doctor', '--json'],
      );
      await doctor.ended;
      expect(doctor.output()).not.toContain(password);
      expect(doctor.output(), 'no stack').not.toContain('node_modules');
      const { stores } = JSON.parse(doctor.output().split('\n')[0] ?? '') as {
        readonly stores: readonly { readonly kind: string }[];
      }; // as: the command's document
      return stores.find(({ kind }) => kind === 'speed');
    };
    expect(await examined(PASSWORD)).toMatchObject({ state: 'answers', findings: [UNSEEN] });
    expect(await examined(WRONG)).toMatchObject({
      state: 'fails',
      findings: expect.arrayContaining([
        { level: 'fault', message: expect.stringContaining('user and password'), hint: 'Give the right credentials.' },
      ]),
    });
  });
});
