/** NDJSON: each row a JSON object on a line of its own, with the members that the object has in the JSON list. */
import { type CellTexts, cellWriter } from './cell-text.ts';
import type { MakeWriter } from './table-writer.ts';

const NOTHING = new Uint8Array();

/** Neither quotation marks, backslashes, control characters, nor halves of surrogate pairs: nothing that JSON escapes. */
const PLAIN = /^[ !#-[\]-\ud7ff\ue000-\uffff]*$/;
const quoted = (text: string): string => (PLAIN.test(text) ? `"${text}"` : JSON.stringify(text));

const JSON_TEXTS: CellTexts = { absent: 'null', text: quoted, texts: (members) => `[${members.map(quoted).join(',')}]` };

export const ndjsonWriter: MakeWriter = (columns) => {
  const members = columns.map((column, at) => ({
    before: `${at === 0 ? '{' : ','}${JSON.stringify(column.name)}:`,
    write: cellWriter(column, JSON_TEXTS),
  }));
  return {
    begin: () => NOTHING,
    rows: (batch) => {
      let text = '';
      for (const row of batch) {
        let at = 0;
        for (const { before, write } of members) text += before + write(row[at++]);
        text += '}\n';
      }
      return Buffer.from(text);
    },
    end: () => NOTHING,
  };
};
