import { mkdtemp, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { expect, test } from 'vitest';

import { openCursors } from '../../src/ingest/cursor.ts';

test('a cursor that is there and cannot be read does not count as none: the replay would begin anew', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'rushes-cursors-'));
  const cursors = await openCursors(folder);
  expect(await cursors.read('ratings')).toBeUndefined();
  await symlink('/nowhere', join(folder, 'ratings.json'));
  await expect(cursors.read('ratings')).rejects.toMatchObject({ code: 'ENOENT' });
  await rm(folder, { recursive: true });
});
