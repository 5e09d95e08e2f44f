/** The envelope that every answer has: `data` and `meta`, in lists also `next`, and `total` where asked for. Texts are joined, never parsed. */
/** What a route answers, before the envelope. */
export interface Answer {
  /** JSON text. */
  readonly data: string;
  /** In lists: path and query of the next page, `null` on the last one. */
  readonly next?: string | null;
  /** Exact number of rows in the whole list. */
  readonly total?: number | undefined;
  /** JSON text of what a search counts beside its rows, where asked for. */
  readonly facets?: string | undefined;
}

export const envelopeText = (answer: Answer, meta: string): string => {
  let text = `{"data":${answer.data},"meta":${meta}`;
  if (answer.next !== undefined) text += `,"next":${JSON.stringify(answer.next)}`;
  if (answer.total !== undefined) text += `,"total":${answer.total}`;
  if (answer.facets !== undefined) text += `,"facets":${answer.facets}`;
  return `${text}}`;
};
