/** NDJSON: each row a JSON object on a line of its own, with the members that the object has in the JSON list. */
import { cellText } from './cell-text.ts';
import type { MakeWriter } from './table-writer.ts';

const NOTHING = new Uint8Array();

export const ndjsonWriter: MakeWriter = (columns) => {
  const members = columns.map((column, at) => ({ column, before: `${at === 0 ? '{' : ','}${JSON.stringify(column.name)}:` }));
  return {
    begin: () => NOTHING,
    rows: (batch) => {
      let text = '';
      for (const row of batch) {
        for (const [at, { column, before }] of members.entries()) text += before + cellText(column, row[at] ?? null);
        text += '}\n';
      }
      return Buffer.from(text);
    },
    end: () => NOTHING,
  };
};
