/** Batch views and keys over encrypted connections, on a server that asks for passwords and certificates and gives users rights. */
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inspect } from 'node:util';

import { openPostgresApiKeys } from '@rushes/adapters/postgres-api-keys';
import { checkPostgresBatchViews, openPostgresBatchViews, type PostgresOptions } from '@rushes/adapters/postgres-batch-views';
import { StoreFault } from '@rushes/ports';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import { TEST_POSTGRES_PASSWORD, TEST_POSTGRES_USER } from '../../tools/services/postgres.ts';
import { startProcess } from '../processes/started-process.ts';
import { canMakeCertificates, type Certificates, makeCertificates } from './certificates.ts';
import { needsServers } from './needs-servers.ts';
import { type OwnServers, startOwnServers } from './own-servers.ts';

const PASSWORD = "right'p4ssword";
const WRONG = 'wrong-p4ssword';
/** Who may make a schema, who has one, who may only read it, who has to show a certificate. */
const ROLES = ['maker', 'writer', 'reader', 'certified'] as const;
type Role = (typeof ROLES)[number];

const HBA = `hostssl all certified 127.0.0.1/32 scram-sha-256 clientcert=verify-ca
hostssl all all 127.0.0.1/32 scram-sha-256
`;

describe.skipIf(needsServers('postgres') || !canMakeCertificates())('PostgreSQL that is secured', () => {
  const folder = mkdtempSync(join(tmpdir(), 'rushes-secured-'));
  let certificates: Certificates;
  let servers: OwnServers | undefined;
  let operator: pg.Client | undefined;
  let place = { host: '127.0.0.1', port: 0, database: '' };

  const optionsOf = (user: Role, more: Partial<PostgresOptions> = {}): PostgresOptions => ({
    ...place,
    schema: user === 'writer' || user === 'reader' ? 'given' : user,
    credentials: { user, password: PASSWORD },
    tls: { ca: certificates.ca.text },
    ...more,
  });

  beforeAll(async () => {
    certificates = makeCertificates(folder);
    // The server takes no key that others may read.
    chmodSync(certificates.server.file, 0o600);
    writeFileSync(join(folder, 'pg_hba.conf'), HBA);
    const settings = [
      'ssl = on',
      `ssl_cert_file = '${certificates.server.file}'`,
      `ssl_key_file = '${certificates.server.file}'`,
      `ssl_ca_file = '${certificates.ca.file}'`,
      `hba_file = '${join(folder, 'pg_hba.conf')}'`,
    ];
    servers = await startOwnServers(['postgres'], { postgres: { ports: 0, settings: () => settings } });
    const [, port = '', database = ''] = /:(\d+)\/(.*)$/.exec(servers.address('postgres')) ?? [];
    place = { host: '127.0.0.1', port: Number(port), database };
    operator = new pg.Client({ ...place, user: TEST_POSTGRES_USER, password: TEST_POSTGRES_PASSWORD, ssl: { ca: certificates.ca.text } });
    await operator.connect();
    for (const role of ROLES) await operator.query(`CREATE ROLE ${role} LOGIN PASSWORD '${PASSWORD.replaceAll("'", "''")}'`);
    await operator.query(`GRANT CREATE ON DATABASE ${database} TO maker, certified`);
    await operator.query('CREATE SCHEMA given AUTHORIZATION writer');
  });
  afterAll(async () => {
    await operator?.end();
    await servers?.dispose();
    rmSync(folder, { recursive: true, force: true });
  });

  const works = async (options: PostgresOptions): Promise<void> => {
    const views = await openPostgresBatchViews(options);
    const keys = await openPostgresApiKeys(options);
    try {
      const layout = { key: 'id', columns: {}, documents: [], lookups: [], sorts: [], filters: [] };
      async function* rows() {
        yield [['a'], ['b']];
      }
      expect(await views.build('one', layout, rows())).toBe(2);
      expect(await keys.list()).toEqual([]);
      expect((await checkPostgresBatchViews(options)).findings).toEqual([]);
    } finally {
      await views.close();
      await keys.close();
    }
  };

  /** Opening fails with a fault, whose text it returns; what was secret is nowhere in the error. */
  const refusal = async (options: PostgresOptions): Promise<string> => {
    const error = await openPostgresBatchViews(options).then(
      () => undefined,
      (thrown: unknown) => thrown,
    );
    expect(error).toBeInstanceOf(StoreFault);
    const everything = inspect(error, { depth: 20, showHidden: true });
    for (const secret of [PASSWORD, WRONG, certificates.clientKey.text.split('\n')[1] ?? '']) expect(everything).not.toContain(secret);
    const { message, hint } = error as StoreFault; // as: seen above
    return `${message} | ${hint}`;
  };

  test('who has the authority and the password works, also in a schema that an operator made', async () => {
    for (const user of ['maker', 'writer'] as const) await expect(works(optionsOf(user))).resolves.toBeUndefined();
  });

  test('a wrong password is refused, and so is none', async () => {
    expect(await refusal(optionsOf('maker', { credentials: { user: 'maker', password: WRONG } }))).toMatch(
      /does not accept this user and password.*\| Give the user and the password/,
    );
    expect(await refusal(optionsOf('maker', { credentials: { user: 'maker' } }))).toMatch(
      /asks for a password.*\| Give the user and the password/,
    );
  });

  test('a certificate of an authority that is not trusted is refused', async () => {
    const expected = /cannot be trusted.*\| Give the certificate of the authority/;
    expect(await refusal(optionsOf('maker', { tls: {} }))).toMatch(expected);
    expect(await refusal(optionsOf('maker', { tls: { ca: certificates.otherCa.text } }))).toMatch(expected);
  });

  test('a certificate of another name is refused', async () => {
    expect(await refusal(optionsOf('maker', { host: 'localhost' }))).toMatch(/cannot be trusted.*Host: localhost.*connect by a name/);
  });

  test('who shows no certificate is refused where one is asked for', async () => {
    expect(await refusal(optionsOf('certified'))).toMatch(/valid client certificate.*\| Give/);
    const { clientCert, clientKey, ca } = certificates;
    await works(optionsOf('certified', { tls: { ca: ca.text, cert: clientCert.text, key: clientKey.text } }));
  });

  test('TLS on one side only is refused', async () => {
    const { tls: _, ...plain } = optionsOf('maker');
    expect(await refusal(plain)).toMatch(/no encryption.*\| Give/);
    const [, port = ''] = /:(\d+)\//.exec(process.env['TEST_POSTGRES'] ?? '') ?? [];
    expect(await refusal(optionsOf('maker', { port: Number(port) }))).toMatch(/does not encrypt connections.*\| Switch TLS on/);
  });

  test('a user with too few rights is told which', async () => {
    await works(optionsOf('writer'));
    const { findings } = await checkPostgresBatchViews(optionsOf('reader'));
    expect(findings).toEqual([
      {
        level: 'fault',
        message: expect.stringContaining('may not make tables in the schema given'),
        hint: expect.stringContaining('GRANT'),
      },
    ]);
    expect(await refusal(optionsOf('reader', { schema: 'absent' }))).toMatch(/permission denied.*\| Grant/);
    const absent = await checkPostgresBatchViews(optionsOf('reader', { schema: 'absent' }));
    expect(absent.findings).toMatchObject([{ level: 'fault', message: expect.stringContaining('no schema absent') }]);
    await operator?.query('GRANT USAGE ON SCHEMA given TO reader; GRANT SELECT ON ALL TABLES IN SCHEMA given TO reader');
    const reading = await openPostgresBatchViews(optionsOf('reader', { readOnly: true }));
    expect(await (await reading.open('one')).count([])).toBe(2);
    await reading.close();
  });

  test('`rushes doctor` finds its secrets in files, and shows none', async () => {
    const passwordFile = join(folder, 'password');
    const url = `postgres://127.0.0.1:${place.port}/${place.database}`;
    const examined = async (password: string) => {
      writeFileSync(passwordFile, `${password}\n`);
      const doctor = startProcess(
        'apps/rushes/src/main.ts',
        {
          RUSHES_DATA: join(folder, 'data'),
          RUSHES_VIEWS_URL: url,
          RUSHES_KEYS_URL: url.replace('postgres:', 'postgresql:'),
          RUSHES_POSTGRES_TLS: 'on',
          RUSHES_POSTGRES_CA_FILE: certificates.ca.file,
          RUSHES_POSTGRES_USER: 'maker',
          RUSHES_POSTGRES_PASSWORD_FILE: passwordFile,
          RUSHES_POSTGRES_SCHEMA: 'maker',
        },
        ['doctor', '--json'],
      );
      await doctor.ended;
      expect(doctor.output()).not.toContain(password);
      expect(doctor.output(), 'no stack').not.toContain('node_modules');
      const { stores } = JSON.parse(doctor.output().split('\n')[0] ?? '') as { readonly stores: readonly { readonly kind: string }[] }; // as: the command's document
      return ['views', 'keys'].map((kind) => stores.find((one) => one.kind === kind));
    };
    await works(optionsOf('maker'));
    expect(await examined(PASSWORD)).toMatchObject([
      { state: 'answers', findings: [] },
      { state: 'answers', findings: [] },
    ]);
    const fault = {
      state: 'fails',
      findings: [{ level: 'fault', message: expect.stringContaining('does not accept this user and password') }],
    };
    expect(await examined(WRONG)).toMatchObject([fault, fault]);
  });
});
