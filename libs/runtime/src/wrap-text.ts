/** Text on a narrow terminal, which itself breaks lines in the middle of words. */
import { stripVTControlCharacters } from 'node:util';

const widthOf = (text: string): number => stripVTControlCharacters(text).length;

/** How far the rest of a line that was broken stands behind its beginning. */
const HANG = 2;

/** A place to break: spaces, but not between a number and its unit, or a comma between the members of a JSON object. */
const piecesOf = (line: string): readonly string[] => line.split(/(?<=\S)(?= +\S)(?!(?<=\d) (?:s|min|h|[kMGT]?B)\b)|(?<=,)(?=")/);

const wrapLine = (line: string, columns: number): string => {
  if (widthOf(line) <= columns) return line;
  const indent = /^ */.exec(line)?.[0] ?? '';
  const hang = ' '.repeat(Math.min(indent.length + HANG, Math.floor(columns / 2)));
  const [first = '', ...rest] = piecesOf(line);
  const lines: string[] = [];
  let current = first;
  for (const piece of rest) {
    if (widthOf(current) + widthOf(piece) <= columns) {
      current += piece;
    } else {
      lines.push(current);
      current = hang + piece.trimStart();
    }
  }
  return [...lines, current].join('\n');
};

/** The text with lines of at most `columns` characters, broken between words. A word that is longer (an address, a path) stays whole. */
export const wrapText = (text: string, columns: number): string =>
  text
    .split('\n')
    .map((line) => wrapLine(line, columns))
    .join('\n');

/** One line of at most `columns` characters: what does not fit is left out from the end on, columns (parted by two spaces) or words as a whole. */
export const shortenLine = (line: string, columns: number): string => {
  if (line.length <= columns) return line;
  const start = line.slice(0, columns + 1);
  const column = start.lastIndexOf('  ');
  if (column > columns / 2) return start.slice(0, column).trimEnd();
  const word = line.slice(0, columns - 1).lastIndexOf(' ');
  return word > columns / 2 ? `${line.slice(0, word).trimEnd()} …` : `${line.slice(0, columns - 1)}…`;
};
