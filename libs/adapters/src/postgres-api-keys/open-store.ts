/** API keys in a table. Each call is one statement, so a key is added by one client and revoked once whoever asks at the same time. */
import { type ApiKey, type ApiKeyStore, ROLES, StoreFault } from '@rushes/ports';

import type { Cell, Rows, Statement } from '../postgres-access/connections.ts';
import { lacksTables } from '../postgres-access/format.ts';
import type { PostgresOptions } from '../postgres-access/options.ts';
import { storedText, textOfStored } from '../postgres-access/stored-text.ts';
import { openTables } from '../postgres-access/store-tables.ts';
import { storeBoundary } from '../store-errors/store-boundary.ts';
import { FORMAT } from './place.ts';

const COLUMNS = 'id, secret_hash, name, role, created_ms, expires_ms, revoked_ms';

const numberOrNull = (cell: Cell | undefined): number | null => (typeof cell === 'number' ? cell : null);

const keyOf = (row: readonly Cell[]): ApiKey => {
  const [id, secretHash, name, role, createdAtMs, expiresAtMs, revokedAtMs] = row;
  const known = ROLES.find((one) => one === role);
  if (known === undefined) throw new Error(`the API key ${String(id)} has the unknown role ${String(role)}`);
  return {
    id: textOfStored(String(id)),
    secretHash: String(secretHash),
    name: textOfStored(String(name)),
    role: known,
    createdAtMs: Number(createdAtMs),
    expiresAtMs: numberOrNull(expiresAtMs),
    revokedAtMs: numberOrNull(revokedAtMs),
  };
};

/**
 * API keys in a schema of PostgreSQL, which several processes may use at once. Tables are made where they are missing, unless it is only read.
 * @throws StoreUnavailable if the server cannot be reached; StoreFault if it does not let this user in, or has tables of another version.
 */
export const openPostgresApiKeys = async (options: PostgresOptions): Promise<ApiKeyStore> => {
  const { readOnly = false } = options;
  const { connections, schema } = await openTables(options, FORMAT);
  const { location } = connections;
  const table = `${schema}.api_keys`;
  const select: Statement = { name: 'api-key', text: `SELECT ${COLUMNS} FROM ${table} WHERE id = $1` };

  const read = async (statement: Statement): Promise<Rows> => {
    try {
      return await connections.read(statement);
    } catch (error) {
      if (readOnly && lacksTables(error)) return [];
      throw connections.failure(error, 'read');
    }
  };
  const write = async (statement: Statement): Promise<Rows> => {
    if (readOnly) throw new StoreFault({ location, reason: 'was opened only to be read', hint: 'Open it to be written.' });
    try {
      return await connections.write(statement);
    } catch (error) {
      throw connections.failure(error, 'write');
    }
  };

  const store: ApiKeyStore = {
    location,
    async add({ id, secretHash, name, role, createdAtMs, expiresAtMs, revokedAtMs }) {
      const rows = await write({
        text: `INSERT INTO ${table} (${COLUMNS}) VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT DO NOTHING RETURNING true`,
        values: [storedText(id), secretHash, storedText(name), role, createdAtMs, expiresAtMs, revokedAtMs],
      });
      return rows.length === 1;
    },
    async find(id) {
      const [row] = await read({ ...select, values: [storedText(id)] });
      return row && keyOf(row);
    },
    list: async () => (await read({ text: `SELECT ${COLUMNS} FROM ${table} ORDER BY created_ms, id` })).map(keyOf),
    async revoke(id, atMs) {
      const [row] = await write({
        text: `UPDATE ${table} SET revoked_ms = coalesce(revoked_ms, $2) WHERE id = $1 RETURNING ${COLUMNS}`,
        values: [storedText(id), atMs],
      });
      return row && keyOf(row);
    },
    close: () => connections.close(),
  };
  return storeBoundary(store, { location });
};
