/** Pages of the documentation that can be followed to the letter: files to write, lines to add and to remove, commands to run. */
import { readFileSync } from 'node:fs';

export interface Block {
  readonly language: string;
  readonly file: string;
  readonly text: string;
}

export interface FollowedPage {
  readonly name: string;
  readonly text: string;
  readonly blocks: readonly Block[];
}

const readPage = (name: string): FollowedPage => {
  const text = readFileSync(new URL(`../docs/${name}`, import.meta.url), 'utf8');
  const found = text.matchAll(/^```(\w*) ?(\S*)\n([\s\S]*?)^```$/gm);
  return { name, text, blocks: [...found].map(([, language = '', file = '', block = '']) => ({ language, file, text: block })) };
};

export const PAGES: readonly FollowedPage[] = ['add-a-view.md', 'add-a-field.md', 'add-an-adapter.md'].map(readPage);

/** Lines of context and lines with a minus have to stand in the file once, as they are shown; lines with a plus come among them. */
export const applyDiff = (text: string, diff: string): string => {
  const lines = diff.trimEnd().split('\n');
  const without = (sign: string): string =>
    lines
      .filter((line) => !line.startsWith(sign))
      .map((line) => `${line.slice(1)}\n`)
      .join('');
  if (!lines.every((line) => /^[ +-]/.test(line))) throw new Error(`a line of this diff is neither context nor added or removed:\n${diff}`);
  const before = without('+');
  if (text.split(before).length !== 2) throw new Error(`the context of this diff does not stand in the file once:\n${diff}`);
  return text.replace(before, () => without('-'));
};
