/** What all commands share: settings as flags, `--json`, faults told in the right way, the exit code. */
import {
  columnsOf,
  CONFIG_FLAG,
  ConfigError,
  endProcess,
  exitCodeOfError,
  EXIT_CODES,
  explainError,
  runSession,
  SETTING_LIST,
  wrapText,
  type ExitCode,
  type Session,
  type SettingKey,
} from '@rushes/runtime';
import { type Argument, Option, type Command } from 'commander';

import { createOutput, writeFault, type Output } from './output.ts';

export interface Invocation extends Session {
  readonly output: Output;
}

/** A flag's values as commander hands them over: text with a value, `true` for a switch. */
type Flags = Readonly<Record<string, string | number | boolean | undefined>>;

const LOGGING: readonly SettingKey[] = ['log.level', 'log.format'];

const optionOf = (key: SettingKey): Option => {
  const found = SETTING_LIST.find(([name]) => name === key);
  const declared = found?.[1];
  if (declared?.flag === undefined) throw new Error(`there is no setting ${key} with a flag`);
  const fallback = declared.fallbackText ?? JSON.stringify(declared.fallback);
  return new Option(`${declared.flag} <${declared.placeholder}>`, `${declared.description} (${declared.variable}; default: ${fallback})`);
};

/** Settings of these groups, in the order of their declaration. */
export const settingsOf = (...groups: readonly string[]): readonly SettingKey[] =>
  SETTING_LIST.map(([key]) => key).filter((key) => groups.includes(key.split('.')[0] ?? ''));

/** Where stores are, for commands that open them. What the HTTP service shares is not among them. */
export const storeSettings = (): readonly SettingKey[] => ['folders.data', ...settingsOf('stores').filter((key) => key !== 'stores.cache')];

export interface CommandParts<Options> {
  readonly summary: string;
  readonly description?: string;
  /** Settings that the command uses: its flags. The others still come from environment and file. */
  readonly settings: readonly SettingKey[];
  /** What is named without a flag; `run` finds it among the options, by its name. */
  readonly arguments?: readonly Argument[];
  /** Flags of its own. */
  readonly options?: readonly Option[];
  /** Command lines without the leading `rushes`, each with what it does. */
  readonly examples: readonly (readonly [string, string])[];
  /** It logs while it works: where log lines are JSON, so is what it says on standard output. */
  readonly narrates?: true;
  /** What it is called in traces. Without it, it is not traced. */
  readonly service?: string;
  readonly run: (invocation: Invocation, options: Options) => Promise<ExitCode>;
}

const examplesText = (examples: CommandParts<unknown>['examples']): string =>
  `\nExamples:\n${examples.map(([line, meaning]) => `  rushes ${line}\n      ${meaning}`).join('\n')}`;

const tellFault = (host: NodeJS.Process, json: boolean, error: unknown): ExitCode => {
  const code = exitCodeOfError(error);
  const { message, hint } = explainError(error);
  // With JSON on the one stream, text on the other is for people, and only where one is looking.
  if (!json || host.stderr.isTTY)
    host.stderr.write(wrapText(`rushes: ${message}\n${hint === undefined ? '' : `${hint}\n`}`, columnsOf(host.stderr)));
  if (json) {
    const faults = error instanceof ConfigError ? { faults: error.faults } : {};
    writeFault(host.stdout, { message, ...(hint === undefined ? {} : { hint }), ...faults, exit_code: code });
  }
  return code;
};

/** Adds a command to its parent. */
export const addCommand = <Options = unknown>(parent: Command, name: string, parts: CommandParts<Options>): Command => {
  const command = parent
    .command(name)
    .summary(parts.summary)
    .description(parts.description ?? `${parts.summary}.`);
  const settings = parts.settings.map((key) => [key, optionOf(key)] as const);
  const logging = LOGGING.map((key) => [key, optionOf(key)] as const);
  for (const argument of parts.arguments ?? []) command.addArgument(argument);
  for (const option of parts.options ?? []) command.addOption(option);
  for (const [, option] of settings) command.addOption(option.helpGroup(option.mandatory ? 'Options:' : 'Settings:'));
  for (const [, option] of logging) command.addOption(option.helpGroup('General:'));
  command.addOption(
    new Option(`${CONFIG_FLAG} <FILE>`, 'configuration file (RUSHES_CONFIG; default: rushes.config.json, if it is there)').helpGroup(
      'General:',
    ),
  );
  command.addOption(new Option('--json', 'write the answer as JSON, one document on a line').helpGroup('General:'));
  command.addHelpText('after', examplesText(parts.examples));
  command.action(async () => {
    const host = process;
    const named = command.registeredArguments.map((argument, at): [string, unknown] => [argument.name(), command.processedArgs[at]]);
    const flags = { ...command.opts<Flags>(), ...Object.fromEntries(named) };
    let json = flags['json'] === true;
    const given: Partial<Record<SettingKey, string>> = {};
    for (const [key, option] of [...settings, ...logging]) {
      const value = flags[option.attributeName()];
      if (typeof value === 'string') given[key] = value;
    }
    const file = flags['config'];
    try {
      const code = await runSession(
        { flags: given, ...(typeof file === 'string' ? { file } : {}), env: host.env, cwd: host.cwd() },
        host,
        (session) => {
          if (parts.narrates === true && session.logForm === 'json') json = true;
          // as: commander has parsed exactly the options and arguments declared above.
          return parts.run({ ...session, output: createOutput(host.stdout, session.terminal, json) }, flags as Options);
        },
        { elsewhere: json ? 'json' : 'text', service: parts.service },
      );
      endProcess(host, code);
    } catch (error) {
      endProcess(host, tellFault(host, json, error));
    }
  });
  return command;
};

/** The end of every command that did what was asked. */
export const done = EXIT_CODES.ok;
