import { columnsOf, EXIT_CODES, RELEASE, wrapText } from '@rushes/runtime';
import { Command } from 'commander';

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

/**
 * The commands in the order in which help lists them. What one of them needs is loaded when it is asked for: all of it together takes longer than many a
 * command.
 */
const COMMANDS: Readonly<Record<string, () => Promise<(program: Command) => unknown>>> = {
  up: async () => (await import('./commands/up.ts')).addUp,
  batch: async () => (await import('./commands/batch.ts')).addBatch,
  serve: async () => (await import('./commands/serve.ts')).addServe,
  speed: async () => (await import('./commands/speed.ts')).addSpeed,
  status: async () => (await import('./commands/status.ts')).addStatus,
  doctor: async () => (await import('./commands/doctor.ts')).addDoctor,
  audit: async () => (await import('./commands/audit.ts')).addAudit,
  verify: async () => (await import('./commands/verify.ts')).addVerify,
  retention: async () => (await import('./commands/retention.ts')).addRetention,
  late: async () => (await import('./commands/late.ts')).addLate,
  keys: async () => (await import('./commands/keys.ts')).addKeys,
  replay: async () => (await import('./commands/replay.ts')).addReplay,
  tmdb: async () => (await import('./commands/tmdb.ts')).addTmdb,
  'dead-letters': async () => (await import('./commands/dead-letters.ts')).addDeadLetters,
  log: async () => (await import('./commands/log.ts')).addLog,
  backup: async () => (await import('./commands/backup.ts')).addBackup,
  restore: async () => (await import('./commands/restore.ts')).addRestore,
  copy: async () => (await import('./commands/copy.ts')).addCopy,
  export: async () => (await import('./commands/export.ts')).addExport,
  sample: async () => (await import('./commands/sample.ts')).addSample,
  download: async () => (await import('./commands/download.ts')).addDownload,
  config: async () => (await import('./commands/config.ts')).addConfig,
  compose: async () => (await import('./commands/compose.ts')).addCompose,
  k8s: async () => (await import('./commands/k8s.ts')).addK8s,
};

/** Which commands a command line may need: the one that it names, none for the version, or all for help and for what is misspelt. */
const neededFor = (word: string | undefined): readonly string[] => {
  if (word === '--version') return [];
  return word !== undefined && Object.hasOwn(COMMANDS, word) ? [word] : Object.keys(COMMANDS);
};

/** The command line, with the commands that its first word asks for. Wrong use throws a `CommanderError` after it was told. */
export const buildProgram = async (word: string | undefined): Promise<Command> => {
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
  for (const name of neededFor(word)) (await COMMANDS[name]?.())?.(program);
  return program;
};
