/**
 * One configuration from four sources, the strongest first: flag, variable, file, default. Invariant: a `Config` that is returned satisfies
 * every schema; otherwise all faults of all sources are thrown together.
 */
import { lstatSync, readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';

import { ConfigError, type ConfigFault } from './config-error.ts';
import { readConfigFile, type FileValues } from './config-file.ts';
import { nearestName } from './nearest-name.ts';
import { isServiceVariable } from './service-variables.ts';
import { accepts, expectation, fallbackOf, printable, settled, valueFromText } from './setting-value.ts';
import type { Setting } from './setting.ts';
import { SETTING_LIST, type Config, type SettingKey } from './settings.ts';

/** Names the configuration file; not a setting itself, for it says where settings are. */
const CONFIG_VARIABLE = 'RUSHES_CONFIG';
export const CONFIG_FLAG = '--config';
export const CONFIG_FILE = 'rushes.config.json';

/** Variables that an alert command finds in its environment: it may call `rushes`, to which they say nothing. */
const ALERT_VARIABLES: readonly string[] = ['RUSHES_ALERT_MESSAGE', 'RUSHES_ALERT_REPORT'];

export interface ConfigSources {
  /** Values of flags as they were typed, by the setting's key. */
  readonly flags?: Readonly<Partial<Record<SettingKey, string>>>;
  /** Path given with `--config`. */
  readonly file?: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** The working directory. */
  readonly cwd: string;
}

export interface EffectiveSetting {
  readonly key: SettingKey;
  /** The value in use; `undefined` for none; `***` for a secret that is set. */
  readonly value: unknown;
  /** `default`, or the flag, variable or file and key that it came from. */
  readonly origin: string;
}

export interface LoadedConfig {
  readonly config: Config;
  /** Each setting with its value and origin, secrets hidden. */
  readonly effective: () => readonly EffectiveSetting[];
}

interface Candidate {
  readonly value: unknown;
  readonly origin: string;
  readonly folder: string;
}

const withoutServices = (env: ConfigSources['env']): ConfigSources['env'] =>
  Object.fromEntries(Object.entries(env).filter(([name, value]) => value === undefined || !isServiceVariable(name, value)));

const unknownVariables = (env: ConfigSources['env']): readonly ConfigFault[] => {
  const known = [...SETTING_LIST.map(([, declared]) => declared.variable), CONFIG_VARIABLE];
  return Object.keys(env)
    .filter((name) => name.startsWith('RUSHES_') && env[name] !== undefined && !known.includes(name) && !ALERT_VARIABLES.includes(name))
    .map((name) => {
      const meant = nearestName(name, known);
      return {
        origin: name,
        message: 'there is no such variable',
        remedy: meant === undefined ? 'Remove it' : `Perhaps you mean ${meant}`,
      };
    });
};

/** The candidates for one setting, the strongest first. */
const candidatesOf = (key: SettingKey, declared: Setting, sources: ConfigSources, file: FileValues): readonly Candidate[] => {
  const found: Candidate[] = [];
  const flag = sources.flags?.[key];
  if (flag !== undefined && declared.flag !== undefined)
    found.push({ value: valueFromText(declared, flag), origin: declared.flag, folder: sources.cwd });
  const variable = sources.env[declared.variable];
  // An empty variable counts as unset, as a line `NAME=` in an env file means it.
  if (variable !== undefined && variable !== '')
    found.push({ value: valueFromText(declared, variable), origin: declared.variable, folder: sources.cwd });
  if (file.values.has(key)) found.push({ value: file.values.get(key), origin: `${file.path}: ${key}`, folder: dirname(file.path) });
  return found;
};

const show = (declared: Setting, value: unknown): string =>
  declared.secret === true ? 'the value given' : JSON.stringify(printable(declared, value));

/** A link that leads nowhere is no file that is absent. */
const readIfThere = (path: string): string => {
  try {
    return readFileSync(path, 'utf8');
  } catch (cause) {
    if (lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink() === true)
      throw new Error(cause instanceof Error ? cause.message : String(cause), { cause });
    throw cause;
  }
};

/**
 * Reads and checks the configuration.
 * @throws ConfigError naming every fault of every source, with its origin and the way out.
 */
export const loadConfig = (given: ConfigSources, readText: (path: string) => string = readIfThere): LoadedConfig => {
  const sources: ConfigSources = { ...given, env: withoutServices(given.env) };
  const faults: ConfigFault[] = [...unknownVariables(sources.env)];
  const named = sources.file ?? (sources.env[CONFIG_VARIABLE] || undefined);
  const file = readConfigFile({ path: resolve(sources.cwd, named ?? CONFIG_FILE), required: named !== undefined }, readText);
  faults.push(...file.faults);

  const values: Record<string, Record<string, unknown>> = {};
  const origins: EffectiveSetting[] = [];
  for (const [key, declared] of SETTING_LIST) {
    const candidates = candidatesOf(key, declared, sources, file);
    for (const { value, origin } of candidates) {
      if (accepts(declared, value)) continue;
      faults.push({
        origin,
        message: `${show(declared, value)} is not accepted`,
        remedy: `Give ${expectation(declared)}${declared.fallbackText === undefined ? `, or nothing for ${JSON.stringify(fallbackOf(declared))}` : ''}`,
      });
    }
    const chosen = candidates[0] ?? { value: fallbackOf(declared), origin: 'default', folder: sources.cwd };
    const value = settled(declared, chosen.value, chosen.folder);
    const [group = '', name = ''] = key.split('.');
    (values[group] ??= {})[name] = value;
    origins.push({ key, value: printable(declared, value), origin: chosen.origin });
  }
  if (faults.length > 0) throw new ConfigError(faults);
  // as: every setting of the table has been checked against its schema above.
  return { config: values as unknown as Config, effective: () => origins };
};

/** The configuration that nobody has said anything of. */
export const defaultConfig = (): Config =>
  loadConfig({ env: {}, cwd: '/' }, (path) => {
    throw Object.assign(new Error(`no file ${path}`), { code: 'ENOENT' });
  }).config;
