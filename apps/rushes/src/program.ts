import { columnsOf, EXIT_CODES, RELEASE, wrapText } from '@rushes/runtime';
import { Command } from 'commander';

import { addAudit } from './commands/audit.ts';
import { addBackup } from './commands/backup.ts';
import { addBatch } from './commands/batch.ts';
import { addCompose } from './commands/compose.ts';
import { addCopy } from './commands/copy.ts';
import { addConfig } from './commands/config.ts';
import { addDeadLetters } from './commands/dead-letters.ts';
import { addDoctor } from './commands/doctor.ts';
import { addDownload } from './commands/download.ts';
import { addExport } from './commands/export.ts';
import { addK8s } from './commands/k8s.ts';
import { addKeys } from './commands/keys.ts';
import { addLate } from './commands/late.ts';
import { addLog } from './commands/log.ts';
import { addReplay } from './commands/replay.ts';
import { addRestore } from './commands/restore.ts';
import { addRetention } from './commands/retention.ts';
import { addSample } from './commands/sample.ts';
import { addServe } from './commands/serve.ts';
import { addSpeed } from './commands/speed.ts';
import { addStatus } from './commands/status.ts';
import { addTmdb } from './commands/tmdb.ts';
import { addUp } from './commands/up.ts';
import { addVerify } from './commands/verify.ts';

const EXIT_CODES_TEXT = `
Exit codes:
  ${EXIT_CODES.ok}    done
  ${EXIT_CODES.failed}    failed; the message says at what
  ${EXIT_CODES.usage}    wrong arguments or configuration; nothing was started
  ${EXIT_CODES.refused}    the data did not pass validation: nothing was published, the old version keeps serving
  ${EXIT_CODES.superseded}    another run or a rollback published first
  ${EXIT_CODES.different}    an audit found something different, or verify something damaged
  ${EXIT_CODES.interrupted}  ended by Ctrl-C, ${EXIT_CODES.terminated} by SIGTERM, ${EXIT_CODES.hungUp} by SIGHUP (servers that end cleanly: 0)

\`rushes COMMAND --help\` shows a command's flags and examples.`;

/** The command line with all its commands. Wrong use throws a `CommanderError` after it was told. */
export const buildProgram = (): Command => {
  const program = new Command('rushes')
    .description("A catalog of films from IMDb's files: batch runs build versions of it, the serving layer answers from them.")
    .version(RELEASE, '--version', 'show the version')
    .exitOverride()
    .configureOutput({
      writeOut: (text) => void process.stdout.write(wrapText(text, columnsOf(process.stdout))),
      writeErr: (text) => {
        // With --json the fault follows as JSON; on a pipe the two are not mixed.
        if (process.stderr.isTTY || !process.argv.includes('--json')) process.stderr.write(wrapText(text, columnsOf(process.stderr)));
      },
    })
    .showHelpAfterError('(add --help for the flags and examples)')
    .addHelpText('after', EXIT_CODES_TEXT);
  addUp(program);
  addBatch(program);
  addServe(program);
  addSpeed(program);
  addStatus(program);
  addDoctor(program);
  addAudit(program);
  addVerify(program);
  addRetention(program);
  addLate(program);
  addKeys(program);
  addReplay(program);
  addTmdb(program);
  addDeadLetters(program);
  addLog(program);
  addBackup(program);
  addRestore(program);
  addCopy(program);
  addExport(program);
  addSample(program);
  addDownload(program);
  addConfig(program);
  addCompose(program);
  addK8s(program);
  return program;
};
