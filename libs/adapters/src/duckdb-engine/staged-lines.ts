import { type Column, quoteLiteral, type StagedLines } from '@rushes/ports/batch-engine';

const LEAST_OBJECT_BYTES = 1 << 20;

const typesOf = (columns: readonly Column[]): string =>
  `{${columns.map(({ name, type }) => `${quoteLiteral(name)}: ${quoteLiteral(type)}`).join(', ')}}`;

/** What reads staged lines in their order. */
export const linesSelect = (lines: StagedLines): string => {
  const [path, types] = [quoteLiteral(lines.path), typesOf(lines.columns)];
  if (lines.format === 'json')
    return (
      `SELECT * FROM read_json(${path}, format = 'newline_delimited', ` +
      `maximum_object_size = ${Math.max(LEAST_OBJECT_BYTES, lines.longestLineBytes + 1)}, columns = ${types})`
    );
  const texts = lines.columns.filter(({ type }) => type === 'VARCHAR').map(({ name }) => quoteLiteral(name));
  return (
    `SELECT * FROM read_csv(${path}, auto_detect = false, header = false, delim = '\t', quote = '', escape = '', ` +
    `new_line = '\\n', max_line_size = 2097152, buffer_size = 8388608, columns = ${types}, force_not_null = [${texts.join(', ')}])`
  );
};
