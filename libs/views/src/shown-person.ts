/** What is shown of a person, kept as a short text (`sql/views/people.sql` writes it) and written out as JSON when asked for. */
const FIELD = '\u001c';

const FIELDS = 5;

const orNull = (json: string | undefined): string => (json === undefined || json === '' ? 'null' : json);
const orEmpty = (json: string | undefined): string => (json === undefined || json === '' ? '[]' : json);

/**
 * JSON object with the fields of `GET /people/{nconst}`.
 * @param text what is stored: name, years, professions and titles as JSON texts, or nothing.
 * @param films distinct movies credited as actor or actress.
 */
export const personDocument = (nconst: string, text: string, films: number): string => {
  const fields = text.split(FIELD);
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
