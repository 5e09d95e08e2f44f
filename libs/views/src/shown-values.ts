/** The fields of a stored text as JSON and as values of a table. `''` stands for nothing; sets are joined by U+001F. */
import { type CellValue, SET_SEPARATOR } from '@rushes/ports';

/** A value of a table; a list of texts is one too. */
export type TableCell = CellValue | readonly string[];

export const textOrNull = (field: string): string | null => (field === '' ? null : field);
export const numberOrNull = (field: string): number | null => (field === '' ? null : Number(field));
export const membersOf = (set: string): readonly string[] => (set === '' ? [] : set.split(SET_SEPARATOR));

/** Neither quotation marks, backslashes, control characters, nor halves of surrogate pairs: nothing that JSON escapes. */
const PLAIN = /^[ !#-[\]-\ud7ff\ue000-\uffff]*$/;
export const quoted = (text: string): string => (PLAIN.test(text) ? `"${text}"` : JSON.stringify(text));
export const textJson = (field: string): string => (field === '' ? 'null' : quoted(field));
export const numberJson = (field: string): string => (field === '' ? 'null' : field);
export const listJson = (members: readonly string[]): string => `[${members.map(quoted).join(',')}]`;
export const joinedJson = (members: readonly string[]): string => (members.length === 0 ? 'null' : quoted(members.join(',')));
