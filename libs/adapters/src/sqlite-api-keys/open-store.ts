import { resolve } from 'node:path';
import type { SQLOutputValue } from 'node:sqlite';

import { type ApiKey, type ApiKeyStore, ROLES } from '@rushes/ports';

import { atBoundary, storeBoundary } from '../store-errors/store-boundary.ts';
import { onFile, openFile, openFileToRead } from './open-file.ts';

const COLUMNS = 'id, secret_hash, name, role, created_ms, expires_ms, revoked_ms';

const numberOrNull = (value: SQLOutputValue | undefined): number | null => (typeof value === 'number' ? value : null);

const keyOf = (row: Readonly<Record<string, SQLOutputValue>>): ApiKey => {
  const role = ROLES.find((one) => one === row['role']);
  if (role === undefined) throw new Error(`the API key ${String(row['id'])} has the unknown role ${String(row['role'])}`);
  return {
    id: String(row['id']),
    secretHash: String(row['secret_hash']),
    name: String(row['name']),
    role,
    createdAtMs: Number(row['created_ms']),
    expiresAtMs: numberOrNull(row['expires_ms']),
    revokedAtMs: numberOrNull(row['revoked_ms']),
  };
};

export interface SqliteApiKeysOptions {
  /** How long a call waits while another process has the file locked. Default: 10 seconds. */
  readonly lockWaitMs?: number;
  /** Only reads, from a file that is there and need not be writable. Default: false. */
  readonly readOnly?: boolean;
}

/** API keys in a SQLite file, made if it is not there, which several processes may have open. */
export const openSqliteApiKeys = async (
  file: string,
  { lockWaitMs, readOnly = false }: SqliteApiKeysOptions = {},
): Promise<ApiKeyStore> => {
  const location = resolve(file);
  const { database, check } = await atBoundary({ location }, 'open', async () =>
    readOnly ? await openFileToRead(location, lockWaitMs) : { database: await openFile(location, lockWaitMs), check: () => undefined },
  );
  const insert = database.prepare(`INSERT INTO api_keys (${COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING`);
  const select = database.prepare(`SELECT ${COLUMNS} FROM api_keys WHERE id = ?`);
  const selectAll = database.prepare(`SELECT ${COLUMNS} FROM api_keys ORDER BY created_ms, id`);
  const update = database.prepare(`UPDATE api_keys SET revoked_ms = coalesce(revoked_ms, ?) WHERE id = ? RETURNING ${COLUMNS}`);

  let isClosed = false;
  const attempt = <Result>(work: () => Result): Promise<Result> =>
    onFile(
      location,
      () => {
        if (isClosed) throw new Error(`${location} was closed`);
        const result = work();
        check();
        return result;
      },
      lockWaitMs,
    );

  const store: ApiKeyStore = {
    location,
    add: ({ id, secretHash, name, role, createdAtMs, expiresAtMs, revokedAtMs }) =>
      attempt(() => insert.run(id, secretHash, name, role, createdAtMs, expiresAtMs, revokedAtMs).changes === 1),
    find: (id) =>
      attempt(() => {
        const row = select.get(id);
        return row && keyOf(row);
      }),
    list: () => attempt(() => selectAll.all().map(keyOf)),
    revoke: (id, atMs) =>
      attempt(() => {
        const row = update.get(atMs, id);
        return row && keyOf(row);
      }),
    close: async () => {
      if (isClosed) return;
      isClosed = true;
      database.close();
    },
  };
  return storeBoundary(store, { location });
};
