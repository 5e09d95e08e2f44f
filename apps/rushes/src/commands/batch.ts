import type { Command } from 'commander';

import { addBatchIceberg } from './batch-iceberg.ts';
import { addBatchList } from './batch-list.ts';
import { addBatchRollback } from './batch-rollback.ts';
import { addBatchRun } from './batch-run.ts';
import { addBatchShow } from './batch-show.ts';

export const addBatch = (program: Command): Command => {
  const batch = program.command('batch').description("Build versions from IMDb's files, list them, go back to an earlier one.");
  addBatchRun(batch);
  addBatchList(batch);
  addBatchShow(batch);
  addBatchRollback(batch);
  addBatchIceberg(batch);
  return batch;
};
