/** Quoting for the statements that wrap a model. Values of outside origin never pass through here except as quoted literals of file paths. */
export const quoteIdentifier = (name: string): string => `"${name.replaceAll('"', '""')}"`;

export const quoteLiteral = (text: string): string => `'${text.replaceAll("'", "''")}'`;

/** `schema.table`, each part quoted. */
export const quoteTable = (name: string): string => name.split('.').map(quoteIdentifier).join('.');
