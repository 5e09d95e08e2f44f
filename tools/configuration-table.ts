/**
 * The table of all settings in docs/configuration.md, from their one declaration.
 *
 *     tools/bin/node tools/configuration-table.ts    writes it anew; a test says when that is due
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

import { expectation, SETTING_LIST, type Setting } from '../libs/runtime/src/index.ts';

export const CONFIGURATION_PAGE = fileURLToPath(new URL('../docs/configuration.md', import.meta.url));

const BEGIN = '<!-- settings: written by tools/configuration-table.ts -->';
const END = '<!-- end of settings -->';

const fallbackText = ({ fallback, fallbackText: text }: Setting): string => {
  if (text !== undefined) return text;
  return `\`${Array.isArray(fallback) ? fallback.join(',') : String(fallback)}\``;
};

/** What the value must be, where the placeholder and the description do not say it. */
const limits = (setting: Setting): string => (['N', 'LEVEL', 'FORMAT'].includes(setting.placeholder) ? `; ${expectation(setting)}` : '');

const flagOf = ({ flag, placeholder }: Setting): string => (flag === undefined ? '' : `\`${flag} ${placeholder}\``);

const rowOf = (key: string, setting: Setting): string =>
  `| \`${key}\` | \`${setting.variable}\` | ${flagOf(setting)} | ${fallbackText(setting)} | ${setting.description}${setting.secret === true ? ' (never shown)' : ''}${limits(setting)} |`;

const table = (): string =>
  [
    '| key in the file | variable | flag | default | what it is |',
    '|---|---|---|---|---|',
    ...SETTING_LIST.map(([key, setting]) => rowOf(key, setting)),
  ].join('\n');

/** The page with its table as it should be. */
export const withCurrentTable = (page: string): string => {
  const [before, after] = [page.split(BEGIN)[0], page.split(END)[1]];
  if (before === undefined || after === undefined) throw new Error(`${CONFIGURATION_PAGE} needs the lines ${BEGIN} and ${END}`);
  return `${before}${BEGIN}\n\n${table()}\n\n${END}${after}`;
};

if (import.meta.main) writeFileSync(CONFIGURATION_PAGE, withCurrentTable(readFileSync(CONFIGURATION_PAGE, 'utf8')));
