/** The Dockerfile's instructions, continued lines joined, comments left out. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { ROOT } from '../planted-copy.ts';

export interface Instruction {
  readonly name: string;
  readonly text: string;
}

export const instructions: readonly Instruction[] = readFileSync(join(ROOT, 'Dockerfile'), 'utf8')
  .split('\n')
  .filter((line) => !line.trimStart().startsWith('#'))
  .join('\n')
  .replaceAll(/\\\n/g, ' ')
  .split('\n')
  .filter((line) => line.trim() !== '')
  .map((line) => {
    const [, name = '', text = ''] = /^\s*([A-Z]+)\s+(.*)$/.exec(line) ?? [];
    return { name, text: text.trim() };
  });

const lastFrom = instructions.findLastIndex(({ name }) => name === 'FROM');
/** Of the stage that is the image. */
const finalStage: readonly Instruction[] = instructions.slice(lastFrom);

export const textsOf = (wanted: string, among: readonly Instruction[] = finalStage): readonly string[] =>
  among.filter(({ name }) => name === wanted).map(({ text }) => text);

/** What `ENV` sets. */
export const imageVariables: Readonly<Record<string, string>> = Object.fromEntries(
  textsOf('ENV').flatMap((text) => [...text.matchAll(/([A-Z_]+)=(\S+)/g)].map(([, name = '', value = '']) => [name, value])),
);
