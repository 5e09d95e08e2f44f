/** What goes wrong is told, names the table, and leaves nothing behind that looks like rows. */
import { setTimeout as sleep } from 'node:timers/promises';

import { type BatchEngine, type Column, ComputationError } from '@rushes/ports/batch-engine';
import { expect, test } from 'vitest';

import { collectTexts, type OpenedEngine, type OpenForContract, stage } from './opened-engine.ts';

const COLUMNS: readonly Column[] = [{ name: 'text', type: 'VARCHAR' }];
const ROWS = 30_000;

/** Rows that are numbers but for the last. */
const stageRows = (engine: BatchEngine, folder: string): Promise<void> =>
  stage(
    engine,
    folder,
    'scratch.texts',
    COLUMNS,
    Array.from({ length: ROWS }, (_, n) => ({ text: n === ROWS - 1 ? 'none' : String(n) })),
  );

/** Fails at its last row. */
const FAILING = 'SELECT CAST(text AS BIGINT) AS number FROM scratch.texts';
/** Takes longer than anybody waits. */
const ENDLESS =
  'SELECT count(*) AS pairs FROM scratch.texts a JOIN scratch.texts b ON a.text <> b.text JOIN scratch.texts c ON a.text || b.text <> c.text';

export const failureTests = (open: OpenForContract, opened: () => OpenedEngine, folder: () => string): void => {
  test('an error names the table that was to be computed, and nothing of it can be read', async () => {
    const { engine, keys } = opened();
    await stageRows(engine, folder());
    const faults = [FAILING, 'SELECT nothing FROM scratch.texts', 'SELECT * FROM silver.nowhere', 'SELECT FROM'];
    for (const select of faults) {
      const written = engine.write({ table: 'gold.broken', select, ...(select === FAILING && { orderBy: ['number'] }) });
      await expect(written).rejects.toBeInstanceOf(ComputationError);
      await expect(written).rejects.toMatchObject({ table: 'gold.broken', isOutOfMemory: false });
      await expect(written).rejects.toThrow('gold.broken');
      await expect(engine.materialize('scratch.broken', select)).rejects.toMatchObject({
        name: 'ComputationError',
        table: 'scratch.broken',
      });
      await expect(engine.rows('SELECT * FROM scratch.broken')).rejects.toThrow('broken');
    }
    expect(await keys()).toEqual([]);
  });

  test('what was there before a failure is still there, whole', async () => {
    const { engine, keys } = opened();
    await stageRows(engine, folder());
    const whole = { table: 'gold.whole', select: 'SELECT text FROM scratch.texts', orderBy: ['text'] };
    const file = await (await engine.write(whole)).keep('gold/whole');
    await engine.defineTable({ name: 'gold.whole', columns: COLUMNS, files: [file] });
    await engine.materialize('scratch.whole', 'SELECT text FROM scratch.texts');
    await expect(engine.write({ ...whole, select: FAILING, orderBy: ['number'] })).rejects.toThrow('gold.whole');
    await expect(engine.materialize('scratch.whole', FAILING)).rejects.toThrow('scratch.whole');
    for (const table of ['gold.whole', 'scratch.whole'])
      expect(await engine.rows(`SELECT count(*) AS n FROM ${table}`)).toEqual([{ n: BigInt(ROWS) }]);
    expect(await keys()).toEqual([file.key]);
  });

  test('a stream that cannot go on throws: rows are not missing in silence', async () => {
    const { engine } = opened();
    await stageRows(engine, folder());
    await expect(collectTexts(engine.streamText(`SELECT CAST(number AS VARCHAR) FROM (${FAILING}) numbers`))).rejects.toBeInstanceOf(Error);
    expect(await collectTexts(engine.streamText('SELECT text FROM scratch.texts'))).toHaveLength(ROWS);
  });

  test('an abort ends what is under way with its reason, and refuses what comes after', async () => {
    const aborting = new AbortController();
    const other = await open(aborting.signal);
    try {
      const { engine } = other;
      await stageRows(engine, folder());
      const reason = new Error('enough');
      const running = [engine.write({ table: 'gold.endless', select: ENDLESS }), engine.materialize('scratch.endless', ENDLESS)];
      for (const one of running) one.catch(() => undefined); // looked at below
      await sleep(50);
      aborting.abort(reason);
      for (const one of running) await expect(one).rejects.toBe(reason);
      await expect(engine.rows('SELECT 1 AS one')).rejects.toBe(reason);
      await expect(engine.write({ table: 'gold.late', select: 'SELECT 1 AS one' })).rejects.toBe(reason);
      expect(await other.keys()).toEqual([]);
    } finally {
      await other.dispose();
    }
    await expect(open(aborting.signal)).rejects.toThrow('enough');
  });

  test('a stream ends with the reason of its own signal, and leaves the engine usable', async () => {
    const { engine } = opened();
    await stageRows(engine, folder());
    const aborting = new AbortController();
    const reason = new Error('no more');
    const read = async (): Promise<void> => {
      for await (const texts of engine.streamText('SELECT text FROM scratch.texts', aborting.signal)) {
        expect(texts.length).toBeLessThan(ROWS);
        aborting.abort(reason);
      }
    };
    await expect(read()).rejects.toBe(reason);
    expect(await engine.rows('SELECT count(*) AS n FROM scratch.texts')).toEqual([{ n: BigInt(ROWS) }]);
  });
};
