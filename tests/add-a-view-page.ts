/** What `docs/add-a-view.md` tells to do: files to write, lines to add, commands to run. */
import { readFileSync } from 'node:fs';

export interface Block {
  readonly language: string;
  readonly file: string;
  readonly text: string;
}

export const PAGE = readFileSync(new URL('../docs/add-a-view.md', import.meta.url), 'utf8');
export const BLOCKS: readonly Block[] = [...PAGE.matchAll(/^```(\w*) ?(\S*)\n([\s\S]*?)^```$/gm)].map(
  ([, language = '', file = '', text = '']) => ({
    language,
    file,
    text,
  }),
);
/** Context lines have to stand in the file once, as they are shown; lines with a plus are added among them. */
export const applyDiff = (text: string, diff: string): string => {
  const lines = diff.trimEnd().split('\n');
  const before = lines.filter((line) => line.startsWith(' ')).map((line) => `${line.slice(1)}\n`);
  const after = lines.map((line) => `${line.slice(1)}\n`);
  if (!lines.every((line) => /^[ +]/.test(line))) throw new Error(`a line of this diff is neither context nor added:\n${diff}`);
  if (text.split(before.join('')).length !== 2) throw new Error(`the context of this diff does not stand in the file once:\n${diff}`);
  return text.replace(before.join(''), () => after.join(''));
};
