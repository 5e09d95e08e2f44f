import type { ConfigFault } from './config-error.ts';
import { nearestName } from './nearest-name.ts';
import { isMissing } from '../stat-if-there.ts';
import { SETTING_LIST, SETTINGS, type SettingKey } from './settings.ts';

export interface FileValues {
  readonly path: string;
  readonly values: ReadonlyMap<SettingKey, unknown>;
  readonly faults: readonly ConfigFault[];
}

const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null && !Array.isArray(value);

const knownKeys: readonly string[] = SETTING_LIST.map(([key]) => key);
const groupNames: readonly string[] = Object.keys(SETTINGS);

const isKnown = (key: string): key is SettingKey => knownKeys.includes(key);

const unknownKey = (path: string, key: string, known: readonly string[]): ConfigFault => {
  const meant = nearestName(key, known);
  return {
    origin: `${path}: ${key}`,
    message: 'there is no such setting',
    remedy: meant === undefined ? 'Remove it' : `Perhaps you mean ${meant}`,
  };
};

/** Reads a configuration file: an object of groups, each an object of settings. A file that is not there is a fault only if it is `required`. */
export const readConfigFile = (
  file: { readonly path: string; readonly required: boolean },
  readText: (path: string) => string,
): FileValues => {
  const { path, required } = file;
  const values = new Map<SettingKey, unknown>();
  const fault = (message: string, remedy: string): FileValues => ({ path, values, faults: [{ origin: path, message, remedy }] });

  let content: unknown;
  try {
    content = JSON.parse(readText(path));
  } catch (error) {
    if (isMissing(error)) return required ? fault('there is no such file', 'Create it, or name another one') : { path, values, faults: [] };
    const reason = error instanceof Error ? error.message : String(error);
    return error instanceof SyntaxError
      ? fault(`it is not JSON (${reason})`, 'Correct it')
      : fault(`it cannot be read (${reason})`, 'Make it readable');
  }
  if (!isRecord(content)) return fault('it holds no object', 'Write { "http": { "port": 8080 } } and the like');

  const faults: ConfigFault[] = [];
  for (const [group, entries] of Object.entries(content)) {
    if (!groupNames.includes(group)) {
      faults.push(unknownKey(path, group, groupNames));
    } else if (!isRecord(entries)) {
      faults.push({ origin: `${path}: ${group}`, message: 'it is a group of settings', remedy: 'Give an object' });
    } else {
      for (const [name, value] of Object.entries(entries)) {
        const key = `${group}.${name}`;
        if (isKnown(key)) values.set(key, value);
        else faults.push(unknownKey(path, key, knownKeys));
      }
    }
  }
  return { path, values, faults };
};
