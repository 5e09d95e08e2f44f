import { readFile } from 'node:fs/promises';
import { validateHeaderName, validateHeaderValue } from 'node:http';

import { UsageError } from '../errors.ts';

const isHeader = (name: string, value: string): boolean => {
  try {
    validateHeaderName(name);
    validateHeaderValue(name, value);
    return value !== '';
  } catch {
    return false;
  }
};

/**
 * Headers for the collector, from a file with one `Name: value` on a line.
 * @throws UsageError that names each line at fault, without what stands there: it may be a secret.
 */
export const readSpanHeaders = async (path: string | undefined): Promise<Readonly<Record<string, string>>> => {
  if (path === undefined) return {};
  const text = await readFile(path, 'utf8').catch((cause: unknown) => {
    throw new UsageError(`tracing.headersFile: ${path} cannot be read`, {
      hint: 'Name a file that is there and that this process may read.',
      cause,
    });
  });
  const lines = text.split(/\r?\n/).map((line, at) => {
    const [, name = '', value = ''] = /^([^:]+):[ \t]*(.*?)[ \t]*$/.exec(line) ?? [];
    return { number: at + 1, isEmpty: line.trim() === '', name, value };
  });
  const given = lines.filter(({ isEmpty }) => !isEmpty);
  const faulty = given.filter(({ name, value }) => !isHeader(name, value)).map(({ number }) => number);
  if (faulty.length > 0)
    throw new UsageError(`tracing.headersFile: no header in ${path}, line ${faulty.join(', ')}`, {
      hint: 'Each line is one header: `Name: value`.',
    });
  return Object.fromEntries(given.map(({ name, value }) => [name, value]));
};
