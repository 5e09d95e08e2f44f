/** Everything is lost, and comes back from backups in a bucket; also where one was killed while it was sent. */
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

import { openS3ObjectStore } from '@rushes/adapters/s3-object-store';
import type { ObjectStore } from '@rushes/ports';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import { invoke, start } from '../../apps/rushes/test/invoke.ts';
import { answerOf, loseEverything, publishSample } from '../../apps/rushes/test/lost-system.ts';
import { createBucket } from '../../tools/services/create-bucket.ts';
import { needsServers } from './needs-servers.ts';
import { S3_KEYS } from './own-servers.ts';
import { address } from './place-on-servers.ts';

const bucket = `backup-${randomBytes(5).toString('hex')}`;
const url = `s3://${bucket}/of/this-system`;
let folder = '';
let key = '';
let env: Readonly<Record<string, string>> = {};
let place: ObjectStore;

const keysBelow = async (prefix: string): Promise<readonly string[]> => {
  const keys: string[] = [];
  for await (const info of place.list(prefix)) keys.push(info.key);
  return keys;
};

describe.skipIf(needsServers('s3'))('backups in a bucket (skipped: no S3 server can be had here)', () => {
  beforeAll(async () => {
    const endpoint = address('TEST_S3');
    env = { ...S3_KEYS, RUSHES_S3_ENDPOINT: endpoint };
    Object.assign(process.env, S3_KEYS);
    await createBucket(endpoint, bucket);
    place = await openS3ObjectStore({ bucket, prefix: 'of/this-system', endpoint, probe: false });
    folder = mkdtempSync(join(tmpdir(), 'rushes-backup-s3-'));
    key = await publishSample(folder);
  });
  afterAll(async () => {
    await place.delete(await keysBelow(''));
    rmSync(folder, { recursive: true, force: true });
  });

  /** Kills a backup as soon as it has sent something. */
  const killedBackup = async (): Promise<void> => {
    const { child, ended } = start(['backup', '--to', url, '--data', 'data'], folder, env);
    while (child.exitCode === null && (await keysBelow('contents/')).length === 0) await sleep(5);
    child.kill('SIGKILL');
    await ended;
    if ((await keysBelow('backups/')).length > 0) return place.delete(await keysBelow('')).then(killedBackup); // it was quicker than the kill
    const { code, stderr } = await invoke(['restore', '--from', url, '--data', 'half'], folder, env);
    expect({ code, stderr }).toMatchObject({ code: 1, stderr: expect.stringContaining('has no backup') });
  };

  test('everything is lost while events arrive, and comes back; one that was killed is gone on with', async () => {
    const audit = await loseEverything({ folder, key, env }, ['--to', url], ['--from', url], async () => {
      await killedBackup();
      const there = (await keysBelow('contents/')).length;
      const first = await answerOf({ folder, env }, 'backup', '--to', url, '--data', 'data');
      const { files: sent } = first['sent'] as { readonly files: number }; // as: what the command says
      expect(sent, 'what the killed one had sent is not sent again').toBe((await keysBelow('contents/')).length - there);
    });
    expect(audit).toMatchObject({ differences: 0, missing: [] });
    // What came back is what was in the data folder, so nothing of the lake is sent again; the log has grown, and there is one more version.
    const lake = (await keysBelow('contents/')).length;
    const again = await answerOf({ folder, env }, 'backup', '--to', url, '--data', 'data');
    expect(again['sent']).toMatchObject({ files: (await keysBelow('contents/')).length - lake });
    expect(Number(again['files'])).toBeGreaterThan((again['sent'] as { readonly files: number }).files); // as: above

    // The one before it can still be had.
    const [oldest = ''] = await keysBelow('backups/');
    const [date = '', time = ''] = oldest.slice('backups/'.length, -'.json'.length).split('T');
    const at = `${date}T${time.replaceAll('-', ':')}`;
    expect(await answerOf({ folder, env }, 'restore', '--from', url, '--at', at, '--data', 'older')).toMatchObject({ takenAt: at });
    expect(await answerOf({ folder, env }, 'audit', '--data', 'older')).toMatchObject({ differences: 0, missing: [] });
  });

  test('a damaged object is found, and nothing is restored', async () => {
    const newest = (await keysBelow('backups/')).at(-1) ?? '';
    const record = JSON.parse(Buffer.from((await place.get(newest)) ?? []).toString()) as {
      readonly files: readonly { readonly sha256: string }[];
    }; // as: what a backup puts
    const first = `contents/${record.files[0]?.sha256}`;
    const { bytes = 0 } = (await place.head(first)) ?? {};
    const body = await place.get(first);
    await place.put(first, new Uint8Array(bytes));
    const { code, stderr } = await invoke(['restore', '--from', url, '--data', 'damaged'], folder, env);
    expect({ code, stderr }).toMatchObject({ code: 1, stderr: expect.stringContaining('is not what was backed up') });
    await place.put(first, body ?? new Uint8Array());
    expect(await answerOf({ folder, env }, 'restore', '--from', url, '--data', 'damaged')).toHaveProperty('takenAt');
  });
});
