/** The Flask peer: PostgreSQL filled from the silver tables of the DuckDB peer, and two workers of gunicorn over it. */
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';

import { DuckDBInstance } from '@duckdb/node-api';
import { quoteLiteral } from '@rushes/ports/batch-engine';

import { startServer } from '../../process/started-server.ts';
import { startPostgres } from '../installed/postgres.ts';
import { PYTHON_FOLDER, pythonPrograms } from '../installed/python.ts';

/** The files that schema.sql copies. A text array of PostgreSQL is written with quotes around each member. */
const CSV_FILES: Readonly<Record<string, string>> = {
  titles: `
    SELECT title_id, t.tconst, primary_title, original_title, title_type, start_year, runtime_minutes,
      '{' || coalesce(array_to_string(list_transform(genres, lambda genre: '"' || replace(genre, '"', '\\"') || '"'), ','), '') || '}',
      rating, votes, is_adult
    FROM silver.titles t LEFT JOIN silver.ratings r ON r.tconst = t.tconst`,
  people: 'SELECT nconst, name FROM silver.names',
  crew: ['director', 'writer']
    .map(
      (role) => `SELECT tconst, '${role}', generate_subscripts(${role}s, 1), unnest(${role}s) FROM silver.crew WHERE ${role}s IS NOT NULL`,
    )
    .join(' UNION ALL '),
  actors: `
    SELECT tconst, ordering, nconst, category, to_json(coalesce(characters, []))
    FROM silver.principals WHERE category IN ('actor', 'actress')`,
};

const writeCsvFiles = async (lake: string, folder: string): Promise<void> => {
  const instance = await DuckDBInstance.create(':memory:');
  const connection = await instance.connect();
  await connection.run('CREATE SCHEMA silver');
  for (const table of ['titles', 'ratings', 'names', 'crew', 'principals'])
    await connection.run(`CREATE VIEW silver.${table} AS FROM read_parquet(${quoteLiteral(join(lake, 'silver', table, '*.parquet'))})`);
  for (const [name, select] of Object.entries(CSV_FILES))
    await connection.run(`COPY (${select}) TO ${quoteLiteral(join(folder, `${name}.csv`))} (FORMAT csv, HEADER false)`);
  connection.closeSync();
  instance.closeSync();
};

export interface StartedPeer {
  readonly url: string;
  readonly pids: readonly number[];
  readonly versions: Readonly<Record<string, string>>;
  stop(): Promise<void>;
}

/**
 * @param folder one that the caller removes.
 * @param lake what the DuckDB peer wrote.
 * @throws PeerMissingError without Python, its packages or PostgreSQL.
 */
export const startFlaskService = async (
  folder: string,
  lake: string,
  cache: string,
  tell: (text: string) => void,
): Promise<StartedPeer> => {
  const programs = await pythonPrograms('flask', cache, tell);
  const postgres = await startPostgres(folder);
  try {
    tell(`filling PostgreSQL ${postgres.version}`);
    const files = join(folder, 'csv');
    await mkdir(files);
    await writeCsvFiles(lake, files);
    await postgres.runFile(join(PYTHON_FOLDER, 'schema.sql'), files);
    const service = await startServer(
      [join(programs, 'gunicorn'), '--config', join(PYTHON_FOLDER, 'gunicorn.conf.py'), '--worker-tmp-dir', folder, 'movie_service:app'],
      { cwd: PYTHON_FOLDER, environment: { DATABASE: postgres.connection, PYTHONDONTWRITEBYTECODE: '1' } },
    );
    return {
      url: service.url,
      pids: [service.pid, postgres.pid],
      versions: { postgresql: postgres.version },
      stop: async () => {
        await service.stop();
        await postgres.stop();
      },
    };
  } catch (error) {
    await postgres.stop();
    throw error;
  }
};
