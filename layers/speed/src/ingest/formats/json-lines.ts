/** Events as JSON, one on a line: `{"type", "version", "payload"}`, with an `id` of the source's own where it has one. Other members are not read. */
import type { MovieEvent } from '@rushes/domain';

import type { LineFormat, ParsedLine } from './line-format.ts';

const MAX_ID_CHARACTERS = 200;

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const parseJson = (text: string): { readonly value: unknown } | { readonly fault: string } => {
  try {
    return { value: JSON.parse(text) };
  } catch (error) {
    return { fault: `not JSON: ${error instanceof Error ? error.message : String(error)}` };
  }
};

export const parseEventLine = (text: string): ParsedLine => {
  const parsed = parseJson(text);
  if ('fault' in parsed) return parsed;
  if (!isRecord(parsed.value)) return { fault: 'not a JSON object' };
  const { type, version, payload, id } = parsed.value;
  const isId = typeof id === 'string' && id !== '' && id.length <= MAX_ID_CHARACTERS && id.isWellFormed();
  if (id !== undefined && !isId) return { fault: `id is not a text of 1 to ${MAX_ID_CHARACTERS} characters` };
  const atMs = isRecord(payload) && typeof payload['at'] === 'string' ? Date.parse(payload['at']) : Number.NaN;
  // as: what the line claims; whoever appends it judges it before.
  return { event: { type, version, payload } as unknown as MovieEvent, atMs, ...(typeof id === 'string' ? { ownId: id } : {}) };
};

export const jsonLines: LineFormat = {
  name: 'jsonl',
  looksLike: 'one event as a JSON object on each line, with type, version and payload',
  isFirstLine: (text) => text.trimStart().startsWith('{'),
  hasHeader: false,
  isDatedByFile: false,
  hasOwnIds: true,
  parser: () => parseEventLine,
};
