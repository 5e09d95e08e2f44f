/** A cache on a server that asks for a password, gives users rights and encrypts: what is said of what is wrong, and what works. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inspect } from 'node:util';

import { checkRedis, openRedisLink, type RedisCheckOptions, script } from '@rushes/adapters/redis-link';
import { parseRedisUrl } from '@rushes/adapters/server-addresses';
import { StoreUnavailable } from '@rushes/ports';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import { observed } from '../../libs/adapters/src/redis-link/for-tests.ts';
import { canMakeCertificates, type Certificates, makeCertificates } from './certificates.ts';
import { needsServers } from './needs-servers.ts';
import { type OwnServers, startOwnServers } from './own-servers.ts';

const PASSWORD = 'right-p4ssword';
const WRONG = 'wrong-p4ssword';
const RIGHTS = '~rushes:* +get +set +del +pttl +time +eval +evalsha +ping';

describe.skipIf(needsServers('redis') || !canMakeCertificates())('a cache on a server that is secured', () => {
  const folder = mkdtempSync(join(tmpdir(), 'rushes-secured-'));
  let certificates: Certificates;
  let servers: OwnServers | undefined;
  let [plain, encrypted] = ['', ''];
  beforeAll(async () => {
    certificates = makeCertificates(folder);
    const { server, ca } = certificates;
    servers = await startOwnServers(['redis'], {
      redis: {
        ports: 1,
        settings: (port) => [
          `tls-port ${port + 1}`,
          `tls-cert-file ${server.file}`,
          `tls-key-file ${server.file}`,
          `tls-ca-cert-file ${ca.file}`,
          'tls-auth-clients no',
          `user default on >${PASSWORD} ~* &* +@all`,
          `user service on >${PASSWORD} resetchannels ${RIGHTS} +info`,
          `user unseeing on >${PASSWORD} resetchannels ${RIGHTS}`,
          `user reader on >${PASSWORD} resetchannels ~rushes:* +get +pttl +time +eval +evalsha +ping +info`,
          `user stranger on >${PASSWORD} resetchannels ~other:* +@all`,
        ],
      },
    });
    const [host = '', port = ''] = servers.address('redis').split(':');
    [plain, encrypted] = [`redis://${host}:${port}/0`, `rediss://${host}:${Number(port) + 1}/0`];
  }, 60_000);
  afterAll(async () => {
    await servers?.dispose();
    rmSync(folder, { recursive: true, force: true });
  });

  const check = (url: string, access: Partial<RedisCheckOptions>) =>
    checkRedis({ at: parseRedisUrl(url), keyPrefix: 'rushes:none', ...access });
  /** A machine with other work may be slow. */
  const isNotOfTime = ({ message }: { readonly message: string }): boolean => !message.startsWith('an answer takes');
  const faultOf = async (url: string, access: Partial<RedisCheckOptions>): Promise<StoreUnavailable> => {
    const error = await check(url, access).catch((caught: unknown) => caught);
    expect(error).toBeInstanceOf(StoreUnavailable);
    expect(inspect(error, { depth: 5 })).not.toMatch(/p4ssword/);
    return error as StoreUnavailable; // as: looked at above
  };

  test('a user with the rights that are named', async () => {
    const { version, findings } = await check(plain, { user: 'service', password: PASSWORD });
    expect([version, findings.filter(isNotOfTime)]).toEqual(['7.0.15', []]);
    expect((await check(plain, { user: 'unseeing', password: PASSWORD })).findings.filter(isNotOfTime)).toMatchObject([
      { level: 'warning', message: expect.stringContaining('may not call INFO') },
    ]);
  });

  test.each([
    ['no password', {}, 'asks for a password'],
    ['a wrong one', { password: WRONG }, 'does not accept'],
    ['a user that is not there', { user: 'nobody', password: PASSWORD }, 'does not accept'],
    ['a user who may only read', { user: 'reader', password: PASSWORD }, 'does not let this user do that'],
    ['a user of other keys', { user: 'stranger', password: PASSWORD }, 'does not let this user do that'],
  ])('%s is told, with what to do', async (_name, access, message) => {
    const error = await faultOf(plain, access);
    expect(error.message).toContain(message);
    expect(error.hint).toMatch(/redis\.|Grant/);
  });

  test('over TLS, with a certificate that is checked', async () => {
    const access = { user: 'service', password: PASSWORD };
    expect(await check(encrypted, { ...access, ca: certificates.ca.text })).toMatchObject({ version: '7.0.15' });
    expect((await faultOf(encrypted, { ...access, ca: certificates.otherCa.text })).message).toMatch(/certificate/);
    expect((await faultOf(encrypted, access)).message).toMatch(/certificate/);
    const swapped = encrypted.replace('rediss', 'redis');
    expect((await faultOf(swapped, access)).message).toContain('is out of reach');
  });

  test('a link does without a server that does not let it in, and says why once', async () => {
    const { told, observer } = observed();
    const link = await openRedisLink({ at: parseRedisUrl(plain), keyPrefix: 'rushes:x', observer, password: WRONG });
    expect(await link.run(script('get', "return redis.call('GET', KEYS[1])"), [link.key('a')], [])).toBeUndefined();
    expect(link.trouble()).toBe('is out of reach');
    expect(told.troubles).toEqual([expect.stringContaining('WRONGPASS')]);
    await link.close();
  });
});
