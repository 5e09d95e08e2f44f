import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterEach, beforeEach, describe, expect, test } from 'vitest';

import { failureTests } from './batch-engine/failures.ts';
import type { OpenedEngine, OpenForContract } from './batch-engine/opened-engine.ts';
import { tableTests } from './batch-engine/tables.ts';
import { valueTests } from './batch-engine/values.ts';

export type { OpenedEngine } from './batch-engine/opened-engine.ts';

/** What every SQL engine keeps. Its SELECTs are in what DuckDB and Trino have in common. Registers tests. */
export const batchEngineContract = ({ name, open }: { readonly name: string; readonly open: OpenForContract }): void => {
  describe(`batch engine: ${name}`, () => {
    let opened: OpenedEngine;
    let folder: string;

    beforeEach(async () => {
      folder = await mkdtemp(join(tmpdir(), 'batch-engine-contract-'));
      opened = await open();
    });

    afterEach(async () => {
      await opened.dispose();
      await rm(folder, { recursive: true, force: true });
    });

    test('says what it is, and the same each time: tables are named after it', async () => {
      expect(opened.engine.version).toMatch(/\d/);
      const other = await open();
      expect(other.engine.version).toBe(opened.engine.version);
      await other.dispose();
    });

    valueTests(
      () => opened,
      () => folder,
    );
    tableTests(
      () => opened,
      () => folder,
    );
    failureTests(
      open,
      () => opened,
      () => folder,
    );
  });
};
