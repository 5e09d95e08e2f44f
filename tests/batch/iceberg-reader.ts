/** What PyIceberg, which nobody here wrote, finds in Iceberg tables; and what DuckDB finds in the files of the same version. */
import { spawnSync } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { openDuckDb } from '@rushes/adapters/duckdb-engine';
import { openLake, readManifest } from '@rushes/lake';
import type { ObjectStore } from '@rushes/ports';

import { pythonWithIceberg } from '../contract/cached-tools.ts';

const PROGRAM = String.raw`
import datetime, decimal, json, sys, uuid
from pyiceberg.table import StaticTable

def plain(value):
    # What a double does not hold goes as a text.
    if isinstance(value, decimal.Decimal): return float(value) if len(value.as_tuple().digits) <= 15 else str(value)
    if isinstance(value, int) and abs(value) > 2**53 - 1: return str(value)
    if isinstance(value, uuid.UUID): return str(value)
    if isinstance(value, (datetime.date, datetime.datetime)): return value.isoformat()
    if isinstance(value, bytes): return value.hex()
    if isinstance(value, list): return [plain(one) for one in value]
    if isinstance(value, dict): return {name: plain(one) for name, one in value.items()}
    return value

asked = json.load(sys.stdin)
answer = {}
for name, location in asked["tables"].items():
    table = StaticTable.from_metadata(location, asked["properties"])
    def rows(snapshot):
        return plain(table.scan(snapshot_id=snapshot).to_arrow().to_pylist())
    current = table.current_snapshot()
    answer[name] = {
        "current": None if current is None else current.snapshot_id,
        "rows": [] if current is None else plain(table.scan().to_arrow().to_pylist()),
        "tags": {tag: rows(ref.snapshot_id) for tag, ref in table.metadata.refs.items() if ref.snapshot_ref_type == "tag"},
        "columns": [[field.name, str(field.field_type), field.doc] for field in table.schema().fields],
        "files": {tag: sorted(task.file.file_path for task in table.scan(snapshot_id=ref.snapshot_id).plan_files()) for tag, ref in table.metadata.refs.items()},
        "history": [entry.snapshot_id for entry in table.history()],
    }
json.dump(answer, sys.stdout)
`;

type Rows = readonly Readonly<Record<string, unknown>>[];

export interface FoundTable {
  readonly current: number | null;
  readonly rows: Rows;
  readonly tags: Readonly<Record<string, Rows>>;
  readonly columns: readonly (readonly [name: string, type: string, doc: string | null])[];
  readonly files: Readonly<Record<string, readonly string[]>>;
  readonly history: readonly number[];
}

/** The Python to read with; `undefined`, and a line that says so, where there is none or the package cannot be had. */
export const findPyiceberg = (): string | undefined => {
  const own = process.env['RUSHES_TEST_PYTHON'] ?? 'python3';
  if (spawnSync(own, ['-c', 'import pyiceberg.table, pyarrow'], { stdio: 'ignore' }).status === 0) return own;
  try {
    const python = pythonWithIceberg();
    if (python === undefined) process.stderr.write('skipped: Iceberg tables read by PyIceberg: there is no Python\n');
    return python;
  } catch (error) {
    process.stderr.write(`skipped: Iceberg tables read by PyIceberg: ${String(error).split('\n')[0]}\n`);
    return undefined;
  }
};

/** @param tables locations by name. @param properties for where they lie. */
export const readByPyiceberg = (
  python: string,
  tables: Readonly<Record<string, string>>,
  properties: Readonly<Record<string, string>> = {},
): Readonly<Record<string, FoundTable>> => {
  const { stdout, stderr, status } = spawnSync(python, ['-c', PROGRAM], {
    input: JSON.stringify({ tables, properties }),
    encoding: 'utf8',
    maxBuffer: 1 << 29,
  });
  if (status !== 0) throw new Error(stderr);
  return JSON.parse(stdout) as Readonly<Record<string, FoundTable>>; // as: printed by the program
};

/** All tables of a version. */
export const readByDuckdb = async (objects: ObjectStore, version: number): Promise<Readonly<Record<string, Rows>>> => {
  const folder = await mkdtemp(join(tmpdir(), 'rushes-iceberg-'));
  const lake = openLake(objects, folder);
  const engine = await openDuckDb({ files: lake, memoryLimitMb: 256, threads: 1, folder: join(folder, 'engine') });
  try {
    const manifest = await readManifest(lake, version);
    const found: Record<string, Rows> = {};
    for (const { name, files, columns } of manifest?.tables ?? []) {
      await engine.defineTable({ name: 'scratch.read', columns, files });
      const rows = await engine.rows('SELECT CAST(to_json(t) AS VARCHAR) AS row FROM scratch.read t');
      found[name] = rows.map(({ row }) => JSON.parse(String(row)) as Record<string, unknown>); // as: an object a row
    }
    return found;
  } finally {
    await engine.close();
    await rm(folder, { recursive: true, force: true });
  }
};

/** Rows without their order. */
export const unordered = (rows: Rows | undefined): readonly string[] => (rows ?? []).map((row) => JSON.stringify(row)).toSorted();
