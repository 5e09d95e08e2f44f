/** What is shown of a person: a short text (`joined-texts.ts`; `sql/views/people.sql` writes it), written out as JSON when asked for. */
import { fieldsOf, orEmpty, orNull } from './joined-texts.ts';

const FIELDS = 5;

/**
 * JSON object with the fields of `GET /people/{nconst}`.
 * @param text what is stored: name, years, professions and titles as JSON texts, or nothing.
 * @param films distinct movies credited as actor or actress.
 */
export const personDocument = (nconst: string, text: string, films: number): string => {
  const fields = fieldsOf(text);
  if (fields.length !== FIELDS)
    throw new Error(
      `what is shown of ${nconst} has ${fields.length} fields instead of ${FIELDS}: the artefact was not built by this version`,
    );
  const [name, birth, death, professions, knownFor] = fields;
  return (
    `{"nconst":"${nconst}","name":${orNull(name)},"birth_year":${orNull(birth)},"death_year":${orNull(death)},` +
    `"professions":${orEmpty(professions)},"known_for":${orEmpty(knownFor)},"films":${films}}`
  );
};

/** Ids of the movies that credit a person, ascending. @param text the view's document `movies`. */
export const moviesOf = (text: string | null | undefined): readonly string[] =>
  text === null || text === undefined || text === '' ? [] : text.split(',');
