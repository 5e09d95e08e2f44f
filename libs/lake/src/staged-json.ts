import type { Column } from './engine.ts';
import { quoteLiteral } from './sql-text.ts';

/**
 * A local file of JSON lines, each an object with these members, as a table in the order of the lines. Texts of any content come through as they are,
 * as long as they are well-formed Unicode.
 * @param longestLineBytes of the file's lines: the engine sizes its buffers by it.
 */
export const stagedJsonSelect = (path: string, columns: readonly Column[], longestLineBytes: number): string => {
  const types = columns.map(({ name, type }) => `${quoteLiteral(name)}: ${quoteLiteral(type)}`).join(', ');
  return (
    `SELECT * FROM read_json(${quoteLiteral(path)}, format = 'newline_delimited', ` +
    `maximum_object_size = ${Math.max(LEAST_OBJECT_BYTES, longestLineBytes + 1)}, columns = {${types}})`
  );
};

const LEAST_OBJECT_BYTES = 1 << 20;
