import { CommanderError } from 'commander';

import { endProcess, EXIT_CODES, survivesItsTerminal } from '@rushes/runtime';

import { writeFault } from './output.ts';
import { buildProgram } from './program.ts';

// Whoever reads the output may have seen enough (`rushes batch list | head`): that is no failure.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(EXIT_CODES.ok);
});
survivesItsTerminal(process);

try {
  const program = await buildProgram(process.argv[2]);
  await program.parseAsync();
} catch (error) {
  if (!(error instanceof CommanderError)) throw error;
  // Help and version end with 0; everything else that commander refuses is a wrong command line.
  const code = error.exitCode === 0 ? EXIT_CODES.ok : EXIT_CODES.usage;
  if (code !== EXIT_CODES.ok && process.argv.includes('--json')) writeFault(process.stdout, { message: error.message, exit_code: code });
  endProcess(process, code);
}
