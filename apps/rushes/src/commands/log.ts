import type { Command } from 'commander';

import { addLogRestart } from './log-restart.ts';

export const addLog = (program: Command): Command => {
  const log = program.command('log').description('The event log: begin it anew when it was lost.');
  addLogRestart(log);
  return log;
};
