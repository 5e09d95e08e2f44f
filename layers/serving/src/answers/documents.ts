/** JSON texts on their way out: joined byte for byte; parsed only where a client selects fields. */
import type { ViewRow } from '@rushes/ports';

/** The document of a row that must have one: every view's rows carry theirs. */
export const requireDocument = (text: string | null | undefined, what: string): string => {
  if (text === null || text === undefined)
    throw new Error(`${what} is missing in the store: the artefact was not built by this version's view definition`);
  return text;
};

/** What is shown of a title: the first document of its row, which was asked for as `shown`. */
export const shownOf = ({ key, documents }: ViewRow): string => requireDocument(documents[0], `document shown of ${key}`);

/** Only the named fields of a JSON object's text, in the document's order. `undefined`: all. */
export const selectFields = (document: string, fields: readonly string[] | undefined): string => {
  if (fields === undefined) return document;
  const entries = Object.entries(JSON.parse(document) as Record<string, unknown>); // as: documents are objects by their view's definition
  return JSON.stringify(Object.fromEntries(entries.filter(([name]) => fields.includes(name))));
};

export const arrayText = (documents: readonly string[]): string => `[${documents.join(',')}]`;

/** A JSON object's text with more members at its end. `members` is JSON text without braces. */
export const extendObject = (document: string, members: string): string =>
  `${document.slice(0, -1)}${document === '{}' ? '' : ','}${members}}`;
