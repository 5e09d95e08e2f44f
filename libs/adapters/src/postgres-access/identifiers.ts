/** Names that stand in statements, where values cannot be bound. */

const SCHEMA = /^[a-z][a-z0-9_]{0,62}$/;
const IDENTIFIER = /^[A-Za-z_][A-Za-z0-9_]{0,62}$/;

/** @throws RangeError for what cannot be an identifier of 63 letters, digits and underscores at most. */
export const quoted = (name: string): string => {
  if (!IDENTIFIER.test(name)) throw new RangeError(`${JSON.stringify(name)} cannot be a name in PostgreSQL`);
  return `"${name}"`;
};

/**
 * The schema as it may stand in a statement.
 * @throws RangeError if it is anything but lower-case letters, digits and underscores after a letter, 63 at most, or one of PostgreSQL's own.
 */
export const schemaName = (text: string): string => {
  if (!SCHEMA.test(text) || text.startsWith('pg_'))
    throw new RangeError(
      `the schema ${JSON.stringify(text)} cannot be used: lower-case letters, digits and underscores, a letter first, 63 characters at most, not pg_`,
    );
  return quoted(text);
};
